"""The efficient frontier: every compression method on one picture, bytes on disk against test error.

methods   what each method does with a byte budget          tasks    what is trained on each kind of data, and how
settings  of one run                                        run      from them to a row of results
store     rows in SQLite                                    sweep    all runs, on any executor
pareto    the points that no other point beats              plot     the picture        report   table and CSV
"""

from tinynet.frontier.methods import METHODS
from tinynet.frontier.settings import Settings
from tinynet.frontier.run import run
from tinynet.frontier.store import Store
from tinynet.frontier.sweep import sweep
from tinynet.frontier.pareto import Point, pareto, summarize
from tinynet.frontier.plot import plot
from tinynet.frontier.report import table, write_csv

__all__ = ["METHODS", "Point", "Settings", "Store", "pareto", "plot", "run", "summarize", "sweep", "table", "write_csv"]
