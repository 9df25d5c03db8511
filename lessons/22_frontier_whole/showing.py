"""How lesson 22 draws the race, and the words on its last page for readers who have not seen the course."""

import tinynet as tn

BLACK, ORANGE, _, GREEN, RED, BLUE, _, _, GREY, WINE = tn.drawing.COLOURS
STYLES = {  # a colour for each family, a line for each member
    "dense": (BLACK, "-", "o"), "hashed": (BLUE, "-", "D"), "hashed, 4 bits": (BLUE, "--", "D"),
    "hashed, 4 bits, soft": (BLUE, ":", "D"), "few bits": (ORANGE, "-", "s"), "narrow, 4 bits": (RED, "-", "v"),
    "narrow, 2 bits": (RED, "--", "v"), "narrow, 4 bits, soft": (RED, ":", "v"), "low rank": (GREEN, "-", "^"),
    "narrow, low rank": (GREEN, "--", "^"), "low rank, binary": (GREEN, ":", "^"), "sparse": (GREY, "-", "P"),
}  # fmt: skip
ABOUT = [
    "The race: every method makes a network for the same task in a file of the same size, and the one that errs least "
    "on new examples wins. Each mean error is over eight networks that began from different random numbers.",
    "A share, such as 1/64, says how large the file may be: this part of the bytes of a full network's weights.",
    "The tasks: digits and mnist ask for the name of a handwritten digit, fashion for that of a piece of clothing, "
    "breast_cancer for a diagnosis from a table of patients, and halves for the lower half of a digit when only the "
    "upper half is seen.",
]


def captions(title):
    """Return the captions of the figures on the page, for a method of this title."""
    return {
        "with_mine": f"Error against size of the file, for each method. Lower and further left is better. Stars are "
        f"{title}, with the share beside each. The grey band is the frontier: the least error in so many bytes.",
        "owners": "Who owns a budget? A coloured square stands where a method is the best in so many bytes, or cannot "
        "be told apart from the best with eight networks each.",
    }


def bars(axes, at, found, **look):
    """Draw mean errors, in %, with bars of two standard errors."""
    noise = [200 * of.std(ddof=1) / len(of) ** 0.5 for of in found]
    axes.errorbar(at, [100 * of.mean() for of in found], noise, capsize=3, **look)


def draw(axes, points, own=None):
    """Draw error against bytes, and the efficient points as a grey band.

    Args:
        points: {method: [(bytes, errors), ..]}.
        own: {share: (bytes, errors)} of the learner's method, drawn as stars.
    """
    own = own or {}
    for method, found in points.items():
        (colour, line, marker), places = STYLES[method], sorted(found, key=lambda point: point[0])
        bars(axes, [size for size, _ in places], [of for _, of in places], color=colour, linestyle=line, marker=marker,
             markersize=5, linewidth=1, markerfacecolor="white" if line == ":" else colour, label=method,
             alpha=0.45 if own else 1)  # fmt: skip
    for share, (size, of) in own.items():
        bars(axes, [size], [of], color=WINE, marker="*", markersize=15, elinewidth=2, zorder=5)
        axes.annotate(share, (size, 100 * of.mean()), (8, 6), textcoords="offset points", color=WINE)
    axes.plot([size for size, _ in own.values()], [100 * of.mean() for _, of in own.values()], color=WINE)
    every = [(size, of.mean()) for found in [*points.values(), own.values()] for size, of in found]
    best = sorted(every[i] for i in tn.frontier.pareto(every))
    best.append((max(size for size, _ in every), best[-1][1]))
    axes.step([s for s, _ in best], [100 * e for _, e in best], where="post", color="0.75", linewidth=7, zorder=0,
              alpha=0.6, label="frontier")  # fmt: skip
    axes.set(xscale="log", yscale="log", xlabel="bytes of payload", ylabel="test error, %")
    tn.drawing.plain_numbers(axes.xaxis, "{x:,.0f}")
    tn.drawing.plain_numbers(axes.yaxis)
