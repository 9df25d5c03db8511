"""The efficient frontier: every compression method on one picture, bytes on disk against test error.

The rows behind the picture come from a sweep: many runs, each of which trains one network, saves it, and measures the
file and the error of what the file holds.

    budget            the largest member of a family that fits
    methods           what each method does with a byte budget
    settings          everything that one run depends on
    tasks             what is trained on each kind of data, and how
    after_training    the nearest compressed copy of a trained network
    in_turns          the same, found by learning and compressing in turns
    run               from settings to a row of results
    of_network        the frontier of one trained network
    store             rows in SQLite
    workers           who does the runs: processes, or a cluster
    sweep             all runs, on any executor
    pareto            the points that no other point beats
    plot              the picture
    report            the same as a table and as CSV
    golf              the fewest bytes at a given error: files, loaded and judged
"""

from tinynet.frontier.methods import MEMBERS, METHODS
from tinynet.frontier.settings import Settings
from tinynet.frontier.after_training import compress
from tinynet.frontier.in_turns import learn_and_compress
from tinynet.frontier.run import run
from tinynet.frontier.of_network import choose, of_network
from tinynet.frontier.store import Store
from tinynet.frontier.sweep import sweep
from tinynet.frontier.pareto import Point, pareto, summarize
from tinynet.frontier.plot import plot
from tinynet.frontier.report import table, write_csv

__all__ = [
    "MEMBERS", "METHODS", "Point", "Settings", "Store", "choose", "compress", "learn_and_compress", "of_network",
    "pareto", "plot", "run", "summarize", "sweep", "table", "write_csv",
]  # fmt: skip
