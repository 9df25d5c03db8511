"""What the pages point to is there, their programs run, and the figures they quote are those of the results."""

import csv
import json
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

import tinynet as tn
from tinynet.course import manifest
from tinynet.engine.tape import primitive
from tinynet.engine.tensor import Parameter
from tinynet.parameterizations.base import Parameterization
from tinynet.parameterizations.dense import uniform

ROOT = Path(__file__).parents[1]
PAGES = [*ROOT.glob("*.md"), *ROOT.glob("gpu/*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("benchmarks/**/*.md")]
PRINTED = {  # by page with programs that run: what they print
    "README.md": [r"test error \d", r"FileSize\(header=", r"Hashed\(factor=0.125\)"],
    "docs/methods.md": [r"Hashed\(factor=0.125\)", "1904 1352"],
    "docs/add-a-method.md": [r"Cosines\(factor=0.125\): 10,536 bytes", r"Hashed\(factor=0.125\): 10,552 bytes"],
    "docs/engine.md": ["digraph", "largest deviation below 1e-8: True"],
    "docs/bits.md": [r"(?m)^True$", r"FileSize\(header="],  # True: the frozen scores are equal
    "docs/sequences.md": [r"illegal prediction: [\d.]+%"],
}


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_relative_links_lead_somewhere(page):
    links = re.findall(r"\]\(([^)#:]+)\)", page.read_text())
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_source_files_that_a_text_names_exist():
    sources = [path for folder in ("tinynet", "lessons", "benchmarks", "gpu") for path in (ROOT / folder).rglob("*.py")]
    made_up = {"name/exercise.py", "student/exercise.py"}  # folders of students
    for path in [*PAGES, *sources]:
        named = set(re.findall(r"(?<![\w/.*{}-])(?:[a-z]\w*/)+\w+\.py\b", path.read_text())) - made_up
        places = (ROOT, ROOT / "tinynet", ROOT / "tinynet/course", path.parent)
        assert [name for name in named if not any((place / name).exists() for place in places)] == [], path


def programs(page):
    return re.findall(r"```python\n(.*?)```", (ROOT / page).read_text(), re.S)


@pytest.mark.parametrize("page", PRINTED)
def test_the_programs_of_a_page_run_and_print_what_they_say(page, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    names, known = {}, set(Parameterization.registry)
    for program in programs(page):
        quick = re.sub(r"epochs=\d+", "epochs=3", program)
        exec(compile(quick, page, "exec"), names)
    printed = capsys.readouterr().out
    for made in set(Parameterization.registry) - known:
        del Parameterization.registry[made]
    assert [pattern for pattern in PRINTED[page] if not re.search(pattern, printed)] == []


@pytest.mark.long
def test_the_worked_example_of_a_method_prints_what_its_page_shows(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    names = {}
    for program in programs("docs/add-a-method.md"):
        exec(program, names)
    del Parameterization.registry["Cosines"]
    line = re.compile(r"(\w+)\(factor=0.125\): ([\d,]+) bytes, ([\d.]+)% of the test digits wrong")
    printed, shown = line.findall(capsys.readouterr().out), line.findall((ROOT / "docs/add-a-method.md").read_text())
    assert [found[:2] for found in printed] == [found[:2] for found in shown] and len(shown) == 2
    for (*_, now), (*_, then) in zip(printed, shown, strict=True):
        assert float(now) == pytest.approx(float(then), abs=2)  # on another processor training rounds differently


def test_the_table_of_methods_has_them_all_and_their_bytes():
    rows = re.findall(
        r"^\| `(tn\..*?)` \| [^|]+ \| (about )?([^|]+) \| [^|]+ \|$", (ROOT / "docs/methods.md").read_text(), re.M
    )
    recipes = [eval(recipe, {"tn": tn}) for recipe, _, _ in rows]
    public = {cls for cls in vars(tn).values() if isinstance(cls, type) and issubclass(cls, Parameterization)}
    assert {type(recipe) for recipe in recipes} == public - {Parameterization}
    for recipe, (_, about, said) in zip(recipes, rows, strict=True):
        if said != "fewer than inside":
            held = recipe.build(recipe.fitting((784, 300))).stored_bits() / 8
            assert int(said.replace(",", "")) == pytest.approx(held, rel=0.01 if about else 0), recipe


def test_every_page_with_programs_is_run():
    pages = ["README.md", *(f"docs/{path.name}" for path in ROOT.glob("docs/*.md"))]
    graded_elsewhere = {"docs/course.md"}  # its program is a grader
    assert {page for page in pages if programs(page)} - graded_elsewhere == set(PRINTED)


def test_the_recipes_for_a_primitive_and_a_method_work():
    names = dict(
        primitive=primitive, np=np, dataclass=dataclass, Parameter=Parameter, Parameterization=Parameterization,
        uniform=uniform,
    )  # fmt: skip
    row, method = programs("CONTRIBUTING.md")
    exec(row, names)
    exec(method, names)
    x = tn.Tensor(np.linspace(-2, 2, 5), requires_grad=True)
    assert np.array_equal(names["arctan"](x).numpy(), np.arctan(x.numpy()))
    tn.check_gradients(names["arctan"], x)
    W = names["Shifted"]().build((5, 3), seed=0).weight().numpy()
    assert np.array_equal(W[:, 1], np.roll(W[:, 0], 1))
    tn.check_parameterization(names["Shifted"]())
    del Parameterization.registry["Shifted"]


def test_the_speeds_that_pages_quote_are_those_of_the_results():
    folder = ROOT / "benchmarks/results"
    results = {name: json.loads((folder / f"{name}.json").read_text()) for name in ("gpu", "inference")}
    of = {row["side"]: row for row in results["gpu"]["cubes"] if row["k"] == 8192}
    ours, popcount, instruction = of["xnor wgmma"], of["xnor registers"], results["gpu"]["ceilings"]["ceiling_wgmma"]
    alone = [row["times_faster"]["numpy"][1] for row in results["inference"]["speed"] if row["threads"] == 1]  # medians
    size = results["inference"]["bytes"]
    read = 2 * 8192**3 / 8 / 128  # bytes: each of 64 x 64 blocks reads 128 rows of each operand

    def times(row, other):
        return f"{row['TOPS'] / of[other]['TOPS']:.3g}"

    quoted = {
        "docs/gpu.md": [
            f"takes {ours['ms']:.3f} ms, {times(ours, 'cuBLAS bf16')} times as fast as cuBLAS in bf16",
            f"and {times(ours, 'cuBLAS float32')} times float32",
            f"by popcount, it is {times(popcount, 'cuBLAS float32')} times float32 and loses to bf16",
        ],
        "docs/bits.md": [
            f"takes one image {alone[1]:.1f} times as fast as float32 in NumPy does (caches cold)",
            f"a thousand {alone[0]:.1f} times, and its file is {size['float'] / size['frozen']:.1f} times smaller",
        ],
        "gpu/README.md": [
            f"reaches {ours['TOPS'] / instruction['TOPS']:.0%} of what its instruction can do".replace("%", " %"),
            f"{read / 1e9:.2f} GB of tiles from the second-level cache, {read / ours['ms'] / 1e9:.1f} TB a second",
            f"in place of sums, it is {of['xnor wgmma to signs']['TOPS'] / instruction['TOPS']:.0%}".replace("%", " %"),
        ],
    }
    for page, sentences in quoted.items():
        text = " ".join((ROOT / page).read_text().split())
        assert [sentence for sentence in sentences if sentence not in text] == []
    assert popcount["TOPS"] < of["cuBLAS bf16"]["TOPS"]


def test_the_readme_quotes_the_best_networks_on_mnist_and_no_better_ones():
    points = json.loads((ROOT / "benchmarks/results/frontier_best.json").read_text())["points"]
    text = " ".join((ROOT / "README.md").read_text().split())
    said = re.search(
        r"([\d.]+) % of the test pictures in (\d+) bytes, on ([\d.]+) % in ([\d.]+) KB, and on ([\d.]+) % in (\d+) KB",
        text,
    )
    errors, sizes = said.groups()[::2], [float(said[2]), 1000 * float(said[4]), 1000 * float(said[6])]
    for error, size in zip(errors, sizes, strict=True):
        best = min(point["test"] for point in points if abs(point["bytes"] - size) < 0.02 * size)
        assert f"{best:.1f}" == error


def test_the_best_networks_that_a_page_lists_are_those_of_the_results():
    points = json.loads((ROOT / "benchmarks/results/frontier_best.json").read_text())["points"]
    measured = {(f"{p['bytes']:,}", f"`{p['net']}`", f"{p['test']:.2f} ± {p['spread']:.2f}") for p in points}
    page = (ROOT / "docs/frontier.md").read_text("utf-8")
    lines = [line for line in page.splitlines() if "| `" in line and "± " in line]
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines]
    assert {(size, net, error) for size, net, _, error in rows} == measured


def test_what_the_page_says_of_chips_is_what_was_measured():
    sheets = json.loads((ROOT / "benchmarks/results/export.json").read_text())["sheets"]
    page = (ROOT / "docs/chip.md").read_text()
    found = re.findall(
        r"\| ((?:digits|MNIST)[^|]*: [^|]*) \| (.*?) % \| (.*?) \| (.*?) \| (.*?) \| (.*?) \| (.*?) \|", page
    )
    assert len(found) > 15
    for name, *figures in found:
        sheet = sheets[name]
        kept = [f"{100 * sheet['error']:.2f}", *(f"{sheet[key]:,}" for key in ("flash", "ram", "instructions"))]
        kept += [f"{sheet['instructions'] / sheet['entries']:.1f}", f"{sheet['stack']:,}"]
        assert figures == kept, name
    assert all(sheet["mismatches"] == 0 for sheet in sheets.values())
    text = " ".join(page.split())
    slack = [sheet["stack"] - sheet["seen"] for sheet in sheets.values()]
    assert f"the proved bound lies {min(slack)} to {max(slack)} bytes above" in text
    small = [sheet for name, sheet in sheets.items() if name[:5] == "MNIST" and sheet["ram"] <= 8192]
    best = min((sheet for sheet in small if sheet["flash"] <= 16384), key=lambda sheet: sheet["error"])
    assert f"that is wrong on {100 * best['error']:.2f} % of MNIST" in text and best["flash"] < 6144


def test_teachers_are_told_how_long_the_lessons_are():
    minutes = [lesson.minutes for lesson in manifest.read()]
    said = re.search(r"has (\d+) lessons of (\d+) to (\d+) minutes", (ROOT / "docs/teaching.md").read_text())
    assert [int(number) for number in said.groups()] == [len(minutes), min(minutes), max(minutes)]


def test_the_version_is_the_same_everywhere():
    assert f"\nversion: {tn.__version__}\n" in (ROOT / "CITATION.cff").read_text()


def test_every_page_of_docs_is_in_the_navigation_of_the_site():
    named = re.findall(r"^ +- .*: (\S+\.md)$", (ROOT / "mkdocs.yml").read_text(), re.M)
    assert sorted(named) == sorted(path.name for path in ROOT.glob("docs/*.md"))


METHODS = {
    "hashing, with buckets of 4 bits": "hashed+quantized",
    "a narrower network, with weights of 4 bits": "narrow+quantized",
    "hashing": "hashed", "a narrower dense network": "dense", "random sparsity": "sparse",
    "low rank, both factors learned": "lowrank", "low rank, one factor random": "lowrank-random",
}  # fmt: skip


def test_the_tables_of_mnist_and_fashion_quote_their_frontiers():
    found = {}
    for data in ("mnist", "fashion"):
        with open(ROOT / f"docs/frontier-{data}.csv", newline="") as file:
            for row in csv.DictReader(file):
                assert row["seeds"] == "3"
                shown = f"{100 * float(row['error']):.2f} ± {100 * float(row['spread']):.2f}"
                found[data, row["method"], row["factor"]] = shown
    page = (ROOT / "docs/frontier.md").read_text("utf-8")
    for title, method in METHODS.items():
        cells = [found[data, method, "1/64"] for data in ("mnist", "fashion")]
        assert f"| {title} | {' | '.join(cells)} |" in page
    for factor in ("1/64", "1/32", "1/16", "1/8"):
        cells = [
            found[data, method, factor]
            for data in ("mnist", "fashion")
            for method in ("hashed+quantized", "narrow+quantized")
        ]
        assert f"| {factor} | {' | '.join(cells)} |" in page
