"""The command line, run as a user runs it.

A process takes a second to start, so what does not depend on one runs in this process.
"""

import io
import os
import re
import signal
import subprocess
import sys
import tomllib
from pathlib import Path
from types import SimpleNamespace
from zipfile import ZipFile

import numpy as np
import pytest

import tinynet as tn
from tinynet.cli import COURSE, main, spread
from tinynet.course import workspace

OTHERS = ("TERM", "HUP")  # signals that end a command as Ctrl-C does: test_workers.py proves it
NOTICE = "tinynet: compiling kernels, once; later runs find them on disk\n"  # in a new clone


def tinynet(*arguments, cwd, before=""):
    command = [sys.executable, "-c", f"{before}\nfrom tinynet.cli import main; main()", *arguments]
    environment = os.environ | {"COLUMNS": "120", "NO_COLOR": "1"}
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, env=environment, timeout=120)


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A function that runs a command in this process, in tmp_path, and puts back what it changes."""

    def here(*arguments, encoding="utf-8"):
        out, err = (io.TextIOWrapper(io.BytesIO(), encoding) for _ in range(2))
        signals = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
        before, code = [signal.getsignal(number) for number in signals], 0
        with monkeypatch.context() as patch:
            patch.setattr("sys.argv", ["tinynet", *arguments])
            patch.setattr("sys.stdout", out)
            patch.setattr("sys.stderr", err)
            patch.chdir(tmp_path)
            try:
                main()
            except SystemExit as end:
                code = end.code or 0
            finally:
                for number, handler in zip(signals, before, strict=True):
                    signal.signal(number, handler)
        for each in out, err:
            each.flush()
        out, err = (each.buffer.getvalue().decode(encoding) for each in (out, err))
        return SimpleNamespace(
            returncode=code, stdout=out.replace(os.linesep, "\n"), stderr=err.replace(os.linesep, "\n")
        )

    return here


def test_a_command_in_this_process_does_what_it_does_in_one_of_its_own(tmp_path, here):
    tn.save(tn.MLP([64, 10]), tmp_path / "net")
    for arguments in (["info", "net"], ["sample", "net"]):
        apart, inside = tinynet(*arguments, cwd=tmp_path), here(*arguments)
        assert (apart.returncode, apart.stdout, apart.stderr) == (inside.returncode, inside.stdout, inside.stderr)


def test_frontier_writes_table_picture_csv_and_store_and_continues(tmp_path):
    arguments = ["frontier", "--methods", "dense", "hashed", "--factors", "1", "1/8", "--seeds", "1", "--epochs", "2",
                 "--hidden", "16", "--rates", "0.1", "--jobs", "1", "--out", "here"]  # fmt: skip
    done = tinynet(*arguments, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "hashed" in done.stdout and "1/8" in done.stdout and "payload" in done.stdout
    assert sorted(p.name for p in (tmp_path / "here").iterdir()) == ["frontier.csv", "frontier.png", "runs.sqlite"]
    assert done.stderr.replace(NOTICE, "") == ""  # no bar where there is no terminal
    again = tinynet(*arguments, cwd=tmp_path)
    assert again.stdout == done.stdout


def test_frontier_takes_a_teacher(tmp_path):
    tn.save(tn.MLP([64, 16, 10]), tmp_path / "teacher.safetensors")
    done = tinynet("frontier", "--methods", "hashed", "--factors", "1/8", "--seeds", "1", "--epochs", "1", "--hidden",
                   "16", "--rates", "0.1", "--jobs", "1", "--teacher", "teacher.safetensors", cwd=tmp_path)  # fmt: skip
    assert done.returncode == 0 and "hashed+soft" in done.stdout, done.stderr


def test_frontier_takes_a_table_of_your_own(tmp_path, here):
    rng = np.random.default_rng(0)
    rows = [f"{a:.2f};{b:.2f};{'cat' if a > 0 else 'dog'}\n" for a, b in rng.normal(size=(80, 2))]
    (tmp_path / "pets.csv").write_text("age;weight;kind\n" + "".join(rows))
    quick = ["--methods", "dense", "--factors", "1", "--seeds", "1", "--epochs", "2", "--hidden", "4", "--jobs", "1"]
    done = here("frontier", "--data", "pets.csv", "--target", "kind", *quick)
    assert done.returncode == 0, done.stderr
    assert "80 rows, cells separated by semicolons" in done.stderr and "target: column 'kind'" in done.stderr
    assert (tmp_path / "frontier" / "frontier.png").exists()
    for arguments, message in {
        ("pets.csv", "--target", "species"): "there is no column 'species'; there are age, weight, kind",
        ("pets.csv", "--regression"): "the targets of a regression are numbers",
        ("digits", "--target", "kind"): "there is no file 'digits'; --target and --regression are for",
        (".", "--target", "kind"): "only a table has columns",
    }.items():
        done = here("frontier", "--data", *arguments, *quick)
        assert done.returncode == 1 and message in done.stderr and "Traceback" not in done.stderr


def test_a_table_becomes_a_data_set_a_network_and_answers(tmp_path, here):
    rng, lines = np.random.default_rng(0), ["age,home,weight,id,kind\n"]
    for i, (a, b) in enumerate(rng.normal(size=(200, 2))):
        home = ("flat", "house")[i % 2]
        lines.append(
            f"{a:.2f},{home},{'' if i == 7 else f'{b:.2f}'},{i},{'cat' if a + (home == 'flat') > 0.5 else 'dog'}\n"
        )
    (tmp_path / "pets.csv").write_text("".join(lines))
    done = here("data", "pets.csv", "--one-hot", "home", "--leave-out", "id")
    assert done.returncode == 1 and "line 9, column 'weight' is empty" in done.stderr
    done = here("data", "pets.csv", "--target", "kind", "--one-hot", "home", "--leave-out", "id", "--drop-missing")
    assert done.returncode == 0 and "4 inputs, 2 classes\nWrote pets.npz." in done.stdout, done.stderr
    done = here("train", "pets.npz", "--hidden", "8", "--epochs", "20", "--method", "quantized", "--factor", "1/8")
    assert done.returncode == 0 and "wrote rows.safetensors, 72 bytes of payload" in done.stdout, done.stderr
    assert "trained on pets.csv: 4 inputs; classes cat, dog" in here("info", "rows.safetensors").stdout
    (tmp_path / "new.csv").write_text("weight,home,age\n0.1,flat,2\n0.1,house,-2\n")  # in any order
    assert here("predict", "rows.safetensors", "new.csv").stdout == "class\ncat\ndog\n"
    done = here("compress", "rows.safetensors", "--methods", "quantized")  # on digits, as nothing else is given
    message = "trained on pets.csv, with 4 inputs, and digits has 64; name its own data by --data"
    assert done.returncode == 1 and message in done.stderr
    tn.save(tn.MLP([4, 2]), tmp_path / "plain.safetensors")
    for file, text, message in [
        ("rows", "age,home\n1,flat\n", "it lacks 1 of 4 columns: weight; it has age, home\n"),
        (
            "rows",
            "age,home,weight\n1,barn,2\n",
            "line 2, column 'home' is 'barn'; in training it was one of flat, house",
        ),
        ("rows", "age,home,weight\n1,flat,\n", "line 2, column 'weight' is empty"),
        ("plain", "a,b\n1,2\n", "says nothing about its data; train it by tinynet train"),
    ]:
        (tmp_path / "odd.csv").write_text(text)
        done = here("predict", f"{file}.safetensors", "odd.csv")
        assert done.returncode == 1 and message in done.stderr and "Traceback" not in done.stderr


def test_compress_takes_a_network_of_pytorch_and_writes_the_best_copy(tmp_path, here):
    from safetensors.numpy import save_file

    data, net = tn.datasets.load("digits"), tn.MLP([64, 16, 10], activation=tn.ReLU)
    tn.fit(net, data.train, epochs=3)
    (V, b), (W, c) = tn.to_arrays(net)
    arrays = {"0.weight": V.T, "0.bias": b, "2.weight": W.T, "2.bias": c}
    save_file({name: np.ascontiguousarray(a) for name, a in arrays.items()}, tmp_path / "model.safetensors")
    few = ["--methods", "quantized", "hashed", "--factors", "1/4", "1/8", "--activation", "relu"]
    done = here("compress", "model.safetensors", *few, "--at-most", "1KB")
    assert done.returncode == 0 and "--activation" not in done.stderr, done.stderr
    best = tn.load(tmp_path / "compressed" / "best.safetensors")
    assert "compressed/best.safetensors: " in done.stdout.replace("\\", "/") and "bytes of payload" in done.stdout
    assert sum(a.nbytes for a in best.state().values()) <= 1000
    assert tn.evaluate(best, data.test) < tn.evaluate(net, data.test) + 0.05
    assert {p.name for p in (tmp_path / "compressed").iterdir()} == {"best.safetensors", "frontier.csv", "frontier.png"}
    for arguments, message in {
        ("--at-most", "10", "--error", "0%"): "no copy keeps 10 bytes and an error of 0",
        ("--at-most", "small"): "a size of 'small'",
        ("--data", "breast_cancer"): "64 entries",
    }.items():
        done = here("compress", "model.safetensors", *few, *arguments)
        assert done.returncode == 1 and message in done.stderr and "Traceback" not in done.stderr


def test_an_activation_that_nobody_gave_is_said(tmp_path, here):
    from safetensors.numpy import save_file

    arrays = {"0.weight": (3, 4), "0.bias": (3,), "2.weight": (2, 3), "2.bias": (2,)}
    save_file({name: np.ones(shape, np.float32) for name, shape in arrays.items()}, tmp_path / "model.safetensors")
    done = here("export", "model.safetensors", "--out", "chip")
    assert done.returncode == 0 and "which activation it has; tanh is taken. If it has another, give" in done.stderr
    done = here("export", "model.safetensors", "--out", "given", "--activation", "tanh")
    assert done.returncode == 0 and not done.stderr


def test_export_writes_a_program_and_says_what_it_takes(tmp_path, here):
    tn.save(tn.BinaryMLP([64, 32, 10]), tmp_path / "bits.safetensors")
    done = here("export", "bits.safetensors", "--name", "bits", "--data", "digits", "--out", "chip")
    assert done.returncode == 0, done.stderr
    assert {p.name for p in (tmp_path / "chip").iterdir()} == {"bits.c", "bits.h", "main.c"}
    assert "360 bytes of weights, 44 bytes of working memory" in done.stdout and "cc -std=c99" in done.stdout
    assert "pixels[20][64]" in (tmp_path / "chip" / "main.c").read_text()
    for arguments, message in {
        ("--name", "2nd"): "must be a C identifier",
        ("--to", "fortran"): "can be written as c",
        ("--out", "chip", "--name", "bits"): "exists already",
        ("--data", "breast_cancer"): "(N, 64) is expected",
    }.items():
        done = here("export", "bits.safetensors", *arguments)
        assert done.returncode == 1 and message in done.stderr and "Traceback" not in done.stderr
        assert [p.name for p in tmp_path.iterdir() if p.is_dir()] == ["chip"]


def test_info_shows_the_table_and_the_size(tmp_path):
    net = tn.MLP([64, 32, 10], weight=tn.Hashed(1 / 8))
    size = tn.save(net, tmp_path / "net.safetensors")
    done = tinynet("info", "net.safetensors", cwd=tmp_path)
    assert "Hashed(factor=0.125)" in done.stdout and "64 x 32" in done.stdout
    assert f"{size.payload:,} payload, {size.header:,} header" in done.stdout
    assert f"{os.path.getsize(tmp_path / 'net.safetensors'):,} bytes on disk" in done.stdout


def test_golf_judges_what_the_files_hold(tmp_path, monkeypatch, here):
    monkeypatch.chdir(tmp_path)
    nets = [tn.MLP([64, 8, 10], tn.Quantized(bits=4), seed=seed) for seed in range(2)]
    data = tn.datasets.load("digits")
    for i, net in enumerate(nets):
        tn.fit(net, data.train, epochs=5 + 20 * i)
        tn.save(net, f"net{i}")
    errors = [100 * tn.evaluate(net, data.test) for net in nets]
    size, mean = tn.save(nets[0], "net0").payload, sum(errors) / 2

    done = here("golf", "net0", "net1", "--data", "digits", "--limit", f"{mean + 0.01}")
    first, second, verdict = (line.split() for line in done.stdout.splitlines())
    assert first == [str(size), "bytes", f"{errors[0]:.2f}", "%", "net0"] and second[2] == f"{errors[1]:.2f}"
    assert verdict[:5] == [str(size), "bytes", f"{mean:.2f}", "%", "within"] and done.returncode == 0
    done = here("golf", "net0", "net1", "--data", "digits", "--limit", f"{mean - 0.01}")
    assert "above" in done.stdout and done.returncode == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["golf", "junk", "--data", "digits"], "is not a readable network"),
        (["info", "missing.safetensors"], "there is no file 'missing.safetensors'"),
        (["info", "junk"], "is not a readable network"),
        (["compress", "torch.pt"], "'torch.pt' is a file of torch.save; write safetensors.torch.save_file("),
        (["train", "reber"], "reber holds sequences; train those in Python, with tn.RecurrentNet and tn.fit"),
        (["frontier", "--methods", "magic"], "unknown method 'magic'"),
        (["frontier", "--data", "nowhere"], "no data set is called 'nowhere'"),
        (["frontier", "--factors", "2"], "factor '2'"),
        *((["train", "junk", f"--factor={f}"], f"factor '{f}'") for f in ("1/0", "0", "-1", "2", "nan", "inf", "half")),
        (["frontier", "--teacher", "junk"], "is not a readable network"),
    ],
)
def test_mistakes_are_one_line_not_a_traceback(arguments, message, tmp_path, here):
    (tmp_path / "junk").write_bytes(b"junk" * 50)
    with ZipFile(tmp_path / "torch.pt", "w") as file:  # what torch.save writes is a zip file
        file.writestr("archive/data.pkl", b"")
    done = here(*arguments)
    assert done.returncode == 1 and message in done.stderr
    assert "Traceback" not in done.stderr and len(done.stderr.splitlines()) == 1


def test_help_names_the_commands(tmp_path):
    done = tinynet("--help", cwd=tmp_path)
    assert done.returncode == 0 and "frontier" in done.stdout and "info" in done.stdout


def test_version(tmp_path):
    assert tinynet("--version", cwd=tmp_path).stdout == f"tinynet {tn.__version__}\n"


def test_the_module_runs_as_the_command_does(tmp_path):
    command = [sys.executable, "-m", "tinynet.cli", "--version"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=120)
    assert done.stdout == f"tinynet {tn.__version__}\n" and done.stderr == ""


@pytest.mark.parametrize(
    ("module", "name", "arguments", "message"),
    [
        ("frontier", "sweep", ["frontier"], "tinynet: stopped; finished runs are kept, and the same command continues"),
        ("sequences.language", "sample", ["sample", "net"], "tinynet: stopped\n"),
        ("storage.save_load", "load", ["info", "net"], "tinynet: stopped\n"),
    ],
)
def test_ctrl_c_says_that_it_stopped(module, name, arguments, message, tmp_path):
    tn.save(tn.RecurrentNet([3, 4, 3], alphabet="\nab"), tmp_path / "net")
    stop = f"""
import tinynet.{module} as module
def stop(*arguments, **named): raise KeyboardInterrupt
module.{name} = stop"""
    done = tinynet(*arguments, cwd=tmp_path, before=stop)
    assert done.returncode == 130 and done.stderr.startswith(message) and done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "module, arguments, message",
    [
        ("pylatexenc", ["lesson", "1"], "the course needs pylatexenc; install what it needs: pip install msgpack pyl"),
        ("watchfiles", ["watch", "1"], "the course needs watchfiles; install what it needs: pip install msgpack pyla"),
        ("msgpack", ["grade", "1", "--isolated"], "the course needs msgpack; install what it needs: pip install msgp"),
        (
            "matplotlib",
            ["frontier", "--methods", "dense", "--epochs", "1"],
            "matplotlib is missing: pip install matplo",
        ),
    ],
)
def test_what_is_missing_is_named_with_the_command_that_installs_it(module, arguments, message, tmp_path):
    workspace.start(tmp_path)
    done = tinynet(*arguments, cwd=tmp_path, before=f"import sys; sys.modules[{module!r}] = None")
    assert done.returncode == 1 and done.stderr.startswith(f"tinynet: {message}") and done.stderr.count("\n") == 1


def test_the_packages_of_the_course_are_those_of_its_extra():
    project = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text())["project"]
    names = [re.match(r"[\w-]+", each)[0] for each in project["optional-dependencies"]["course"]]
    assert sorted(names) == sorted(COURSE)


def test_options_take_several_values():
    assert " ".join(spread(["frontier", "--factors", "1", "1/2", "--seeds", "3"])) == (
        "frontier --factors 1 --factors 1/2 --seeds 3"
    )
    assert " ".join(spread(["frontier", "--methods", "a", "b", "--out", "x"])) == (
        "frontier --methods a --methods b --out x"
    )


def test_train_writes_a_network_that_sample_goes_on_with_and_a_checkpoint_to_resume(tmp_path, here):
    (tmp_path / "text.txt").write_text("the cat sat on the mat; the dog sat on the log.\n" * 60)
    arguments = [
        "train",
        "text.txt",
        "--hidden",
        "16",
        "--epochs",
        "2",
        "--batch-size",
        "4",
        "--out",
        "net.safetensors",
    ]
    done = tinynet(*arguments, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "pass 2 of 2: training loss" in done.stdout and "LSTM W" in done.stdout
    assert "nats a character; wrote net.safetensors" in done.stdout
    assert (tmp_path / "net.safetensors.checkpoint").exists()
    again = here(*arguments)
    assert again.stdout.splitlines()[-1] == done.stdout.splitlines()[-1] and "pass 2" not in again.stdout

    draw = ["sample", "net.safetensors", "--length", "40", "--prompt", "the", "--seed", "1"]
    text = tinynet(*draw, cwd=tmp_path).stdout
    assert text.startswith("the") and len(text) == 3 + 40 + 1 and here(*draw).stdout == text
    small = here(*arguments[:-1], "small", "--method", "binary+norm", "--factor", "1/32")
    assert "Binary" in small.stdout


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["train", "missing.txt"], "'missing.txt' is no text file in UTF-8 that can be read"),
        (["train", "short.txt"], "a text of 5 characters leaves"),
        (["sample", "mlp"], "the network has no alphabet"),
        (["sample", "last"], "scores after the last step only"),
        (["sample", "net", "--prompt", "7"], "'7' at position 0 is not in the alphabet"),
        (["sample", "net", "--temperature", "0"], "temperature=0.0"),
        (["train", "net", "--method", "hashd"], "no text file"),
    ],
)
def test_text_that_cannot_be_trained_on_or_drawn_is_one_line(arguments, message, tmp_path, here):
    (tmp_path / "short.txt").write_text("abcde")
    tn.save(tn.MLP([2, 2]), tmp_path / "mlp")
    tn.save(tn.RecurrentNet([3, 4, 3], alphabet="\nab"), tmp_path / "net")
    tn.save(tn.RecurrentNet([3, 4, 3], alphabet="\nab", last=True), tmp_path / "last")
    done = here(*arguments)
    assert done.returncode == 1 and message in done.stderr and "Traceback" not in done.stderr


def test_what_a_network_writes_does_not_steer_the_terminal(tmp_path, here):
    tn.save(tn.RecurrentNet([4, 4, 4], alphabet="\x1b\u202e\na"), tmp_path / "net")
    done = here("sample", "net", "--length", "200")
    assert set(done.stdout) <= set("\\x1bu202e\na") and r"\x1b" in done.stdout and r"\u202e" in done.stdout


@pytest.mark.parametrize(
    "text, batch_size",
    [
        ("the cat sat on the mat; " * 2, 1),  # 48 characters: 3 to test
        ("the cat sat on the mat; " * 33, 16),  # 792: 40 to test
        ("\u65e5\u672c\u8a9e\r\N{GRINNING FACE}" * 20, 2),  # no Latin letter
        ("a" * 40, 1),
        ("\n" * 40, 1),
    ],
    ids=["48", "792", "other letters", "one letter", "one newline"],
)
def test_any_text_long_enough_is_trained_on_and_continued(text, batch_size, tmp_path, here):
    (tmp_path / "t.txt").write_bytes(text.encode())
    arguments = ["train", "t.txt", "--hidden", "4", "--epochs", "1", "--batch-size", str(batch_size), "--out", "net"]
    done = here(*arguments, encoding="cp1252")  # which has no Japanese
    assert done.returncode == 0 and "nats a character; wrote net" in done.stdout, done.stderr
    done = here("sample", "net", "--length", "20", encoding="cp1252")
    assert done.returncode == 0 and len(done.stdout) >= 21, done.stderr


def test_settings_that_do_not_fit_the_text_are_named_before_the_first_pass(tmp_path, here):
    (tmp_path / "t.txt").write_text("the cat sat on the mat; " * 10)
    done = here("train", "t.txt")
    assert done.returncode == 1 and "12 characters in 32 streams leave 0 for each" in done.stderr
    assert "pass 1" not in done.stdout and [p.name for p in tmp_path.iterdir()] == ["t.txt"]


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["train", "t.txt", "--out", "folder"], "'folder' would be written, but is a folder"),
        (["train", "t.txt", "--out", "."], "'.' would be written, but is a folder"),
        (["train", "t.txt", "--out", "net"], "'net.checkpoint' would be written, but is a folder"),
        (["train", "t.txt", "--out", "no/net"], "for 'net'; create it first"),
        (["train", "t.txt", "--out", "t.txt"], "'t.txt' would be overwritten, but is read here"),
        (["train", "t.txt", "--out", "folder/../t.txt"], "t.txt' would be overwritten, but is read here"),
        (["train", "t.txt", "--out", "link"], "'link' would be overwritten, but is read here"),
        (["train", "x.checkpoint", "--out", "x"], "'x.checkpoint' would be overwritten, but is read here"),
        (["frontier", "--out", "t.txt"], "'t.txt' is a file; give the name of a folder"),
        (["frontier", "--out", "folder"], "frontier.png' would be written, but is a folder"),
        (["frontier", "--out", "taught", "--teacher", "taught/frontier.csv"], "would be overwritten, but is read here"),
    ],
)
def test_outputs_are_looked_at_before_any_work(arguments, message, tmp_path, here):
    for folder in ("folder/frontier.png", "net.checkpoint", "taught"):
        (tmp_path / folder).mkdir(parents=True)
    for text in ("t.txt", "x.checkpoint"):
        (tmp_path / text).write_text("the cat sat on the mat; " * 10)
    (tmp_path / "link").symlink_to("t.txt")
    tn.save(tn.MLP([64, 10]), tmp_path / "taught" / "frontier.csv")
    before = {path: path.is_file() and path.read_bytes() for path in tmp_path.rglob("*")}
    done = here(*arguments)
    assert done.returncode == 1 and message in done.stderr and done.stderr.count("\n") == 1
    assert done.stdout == "" and {path: path.is_file() and path.read_bytes() for path in tmp_path.rglob("*")} == before


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such signals")
@pytest.mark.parametrize(
    "name", ["SIGINT", "SIGKILL", *(pytest.param(f"SIG{n}", marks=pytest.mark.long) for n in OTHERS)]
)
def test_training_that_is_stopped_or_killed_goes_on_from_its_last_pass(tmp_path, killed, name):
    (tmp_path / "text.txt").write_text("the cat sat on the mat; the dog sat on the log.\n" * 60)
    number = getattr(signal, name)
    command = ["train", "text.txt", "--hidden", "8", "--epochs", "10000", "--batch-size", "4", "--out", "net"]
    after = np.random.default_rng(number).uniform(0, 2)
    code, said, left = killed(command, "tinynet.sequences.language", "run_epochs", tmp_path, number, after)
    assert left == [] and code == (-number if name == "SIGKILL" else 128 + number)
    if name != "SIGKILL":
        assert re.search(r"^tinynet: stopped( after pass \d+; the same command continues from there)?$", said, re.M)
        assert "Traceback" not in said
    tn.save(tn.MLP([4, 2]), tmp_path / "net")  # the next save removes what was left
    assert {path.name for path in tmp_path.iterdir()} <= {"text.txt", "net", "net.checkpoint"}
    if (tmp_path / "net.checkpoint").exists():
        code, said, left = killed(command, "tinynet.sequences.language", "run_epochs", tmp_path, signal.SIGTERM, 1)
        assert code == 143 and left == [] and "no readable checkpoint" not in said
        assert re.search(r"^tinynet: stopped after pass \d+; the same command continues from there$", said, re.M)
