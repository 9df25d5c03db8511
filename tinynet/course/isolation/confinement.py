"""What a process gives up before it runs a learner's code, and what each operating system guarantees.

    rlimits       every Unix      processor time, size and number of files, number of processes; on Linux also memory
    audit hook    every Python    other files, processes, sockets and ctypes raise a plain PermissionError
    capabilities  Linux           root gives up its privileges, so that it cannot lift its limits
    seccomp       Linux           only the system calls that computing needs remain: no new process or thread, no
                                  socket, no signal to others, no change to others' limits or to the rights of files
    Landlock      Linux 5.13      readable: the standard library, NumPy, SciPy, and tinynet without the course;
                                  writable: the working folder; no other file can be opened

With seccomp and Landlock the kernel itself refuses, whatever the code does to its interpreter. The audit hook alone
stops everything that is written in Python, but not code that corrupts the interpreter's memory, for example through
NumPy's strides. So on macOS, and on a Linux without these two, grade submissions that you do not trust in a container
or a virtual machine. macOS also has no limit on memory, and only a thread ends a process whose grader was killed.
Before Linux 6.2 Landlock does not stop a readable file from being emptied; the audit hook does. No system guarantees
that the code cannot learn the names and sizes of files, or that it does not use up all of its time.

Sources: the Linux manual pages landlock(7), seccomp(2), capabilities(7), setrlimit(2); Python's PEP 578.
"""

from __future__ import annotations

import ctypes
import math
import os
import platform
import struct
import sys
import sysconfig
import threading
import time
from pathlib import Path

import numpy as np

try:  # noqa: SIM105
    import resource
except ImportError:  # only Unix has it; `judge.require_unix` says so
    pass

MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}  # column of CALLS, and the kernel's number for it
CALLS = {  # the number of each system call on x86_64 and on aarch64; -1 where it does not exist
    "read": (0, 63), "write": (1, 64), "readv": (19, 65), "writev": (20, 66), "pread64": (17, 67), "pwrite64": (18, 68),
    "open": (2, -1), "openat": (257, 56), "close": (3, 57), "lseek": (8, 62), "dup": (32, 23), "dup2": (33, -1),
    "dup3": (292, 24), "fsync": (74, 82), "fdatasync": (75, 83), "ftruncate": (77, 46), "getdents64": (217, 61),
    "stat": (4, -1), "fstat": (5, 80), "lstat": (6, -1), "newfstatat": (262, 79), "statx": (332, 291),
    "access": (21, -1), "faccessat": (269, 48), "faccessat2": (439, 439), "readlink": (89, -1), "readlinkat": (267, 78),
    "getcwd": (79, 17), "unlink": (87, -1), "unlinkat": (263, 35), "rename": (82, -1), "renameat": (264, 38),
    "mmap": (9, 222), "mprotect": (10, 226), "munmap": (11, 215), "mremap": (25, 216), "madvise": (28, 233),
    "brk": (12, 214), "futex": (202, 98), "sched_yield": (24, 124), "sched_getaffinity": (204, 123),
    "getcpu": (309, 168), "rt_sigaction": (13, 134), "rt_sigprocmask": (14, 135), "rt_sigreturn": (15, 139),
    "sigaltstack": (131, 132), "restart_syscall": (219, 128), "nanosleep": (35, 101), "clock_nanosleep": (230, 115),
    "clock_gettime": (228, 113), "clock_getres": (229, 114), "gettimeofday": (96, 169), "time": (201, -1),
    "times": (100, 153), "getrusage": (98, 165), "getpid": (39, 172), "getppid": (110, 173), "gettid": (186, 178),
    "getuid": (102, 174), "geteuid": (107, 175), "getgid": (104, 176), "getegid": (108, 177), "uname": (63, 160),
    "sysinfo": (99, 179), "getrandom": (318, 278), "exit": (60, 93), "exit_group": (231, 94),
}  # fmt: skip
FCNTL, FCNTL_COMMANDS = (72, 25), (0, 1, 2, 3, 1030)  # duplicate and flags; F_SETOWN could send signals to others

TRUNCATE = 1 << 14  # known from version 3 of Landlock on
READ, LIST, WRITE = 1 << 2, 1 << 3, 1 << 1 | TRUNCATE
CHANGE = 1 << 5 | 1 << 8  # remove and create files
ALL_RIGHTS = {1: (1 << 13) - 1, 2: (1 << 14) - 1}  # all rights that a version of Landlock knows

REFUSED = (
    "os.", "subprocess.", "pty.", "_thread.start_", "socket.", "signal.pthread_kill", "fcntl.", "resource.",
    "ctypes.", "sqlite3.", "syslog.", "code.__new__",
)  # fmt: skip
HARMLESS = ("os.putenv", "os.unsetenv", "os.walk", "os.fwalk")

PACKAGES = ("numpy", "numpy.libs", "scipy", "scipy.libs")  # readable in the folder where NumPy is installed
NAMES = ("hook", "seccomp", "landlock")  # the layers; a system may lack some


def available() -> tuple[str, ...]:
    """Return those of NAMES that this system has."""
    here = ["hook"]
    if sys.platform == "linux":
        here += ["seccomp"] * (platform.machine() in MACHINES and _libc().prctl(21, 0, 0, 0, 0) >= 0)
        here += ["landlock"] * (_landlock_version() >= 1)
    return tuple(here)


def caveat() -> str:
    """Return in one sentence what this system cannot guarantee; "" if it guarantees everything."""
    missing = [name for name in NAMES if name not in available()]
    if not missing:
        return ""
    return (
        f"this system has no {' and no '.join(missing)}: code that attacks the interpreter itself could read files or "
        "reach the network. Grade submissions that you do not trust in a container or on a recent Linux"
    )


def confine(folder: str, seconds: float, memory: int, file: int, layers: tuple[str, ...]) -> None:
    """Give up, for good, everything that an exercise does not need.

    Args:
        folder: the only folder that stays writable.
        seconds: processor time from now on, rounded up; then SIGXCPU ends the process.
        memory: bytes of address space.
        file: bytes of the largest file.
        layers: which of NAMES to put in force.
    """
    end_with_parent(os.getppid())  # if the grader is gone already, no source will come
    _limit(seconds, memory, file)
    if sys.platform == "linux":
        _drop_capabilities()
    package, standard = Path(__file__).parents[2], {sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib")}
    packages = Path(np.__file__).parents[1]
    listed = [str(package), str(package.parent), str(packages), *standard]  # imports look for names in these folders
    readable = [*_without(package, {"course"}), "/dev/null", "/dev/urandom", folder]
    readable += [str(packages / name) for name in PACKAGES if (packages / name).exists()]
    for path in standard:
        readable += _without(Path(path), {"site-packages", "dist-packages"})
    if "landlock" in layers:
        _restrict_files(listed, readable, folder)
    if "seccomp" in layers:
        _restrict_calls()
    if "hook" in layers:
        _install_hook(*({os.path.realpath(path) for path in paths} for paths in (listed, readable, [folder])))


def end_with_parent(parent: int) -> None:
    """End this process as soon as its parent, whose number is given, has ended; on Linux the kernel does it.

    There the parent is the thread that started this process, so that thread must wait for it.
    """
    if sys.platform == "linux":
        _libc().prctl(1, 9)  # PR_SET_PDEATHSIG, SIGKILL
    else:
        threading.Thread(target=_watch, args=(parent,), daemon=True).start()
    if os.getppid() != parent:  # it ended before
        os._exit(1)


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(1)


def _limit(seconds: float, memory: int, file: int) -> None:
    cpu = math.ceil(time.process_time() + seconds)
    limits = {"CPU": cpu + 1, "FSIZE": file, "NOFILE": 64, "CORE": 0, "NPROC": 0}
    if sys.platform == "linux":
        limits["AS"] = memory
    for name, value in limits.items():
        _, most = resource.getrlimit(number := getattr(resource, f"RLIMIT_{name}"))
        value = value if most == resource.RLIM_INFINITY else min(value, most)
        soft = min(cpu, value) if name == "CPU" else value  # SIGXCPU, a second before SIGKILL, tells why
        resource.setrlimit(number, (soft, value))


def _without(folder: Path, names: set[str]) -> list[str]:
    """Return the paths in a folder, without these names and without links that lead nowhere."""
    return [entry.path for entry in os.scandir(folder) if entry.name not in names and os.path.exists(entry.path)]


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _checked(result: int, what: str) -> int:
    if result < 0:
        raise OSError(ctypes.get_errno(), f"{what} refused: {os.strerror(ctypes.get_errno())}")
    return result


def _drop_capabilities() -> None:
    header, none = struct.pack("=Ii", 0x20080522, 0), bytes(24)  # version 3; effective, permitted, inheritable, twice
    _checked(_libc().capset(header, none), "capset")
    _checked(_libc().prctl(38, 1, 0, 0, 0), "PR_SET_NO_NEW_PRIVS")


def _landlock_version() -> int:
    return _libc().syscall(444, None, ctypes.c_size_t(0), 1)


def _restrict_files(listed: list[str], readable: list[str], folder: str) -> None:
    libc, version = _libc(), _landlock_version()
    handled = ALL_RIGHTS.get(version, ALL_RIGHTS[2] | TRUNCATE)
    ruleset = _checked(libc.syscall(444, struct.pack("=Q", handled), ctypes.c_size_t(8), 0), "landlock_create_ruleset")

    def allow(path: str, rights: int) -> None:
        beneath = os.open(path, os.O_PATH | os.O_CLOEXEC)
        rule = struct.pack("=Qi", rights & handled, beneath)
        _checked(libc.syscall(445, ruleset, 1, rule, 0), f"landlock_add_rule for {path}")
        os.close(beneath)

    for path in readable:
        allow(path, READ | LIST if os.path.isdir(path) else READ)
    for path in listed:
        allow(path, LIST)
    allow("/dev/null", WRITE)
    allow(folder, WRITE | CHANGE)
    _checked(libc.syscall(446, ruleset, 0), "landlock_restrict_self")
    os.close(ruleset)


def _restrict_calls() -> None:
    """Install a filter of system calls.

    The kernel runs it, a small program of jumps, at each call. An instruction has eight bytes: what to do, how many
    instructions to skip if two numbers are equal and if they are not, and an operand.
    """
    column, architecture = MACHINES[platform.machine()]
    load, equal, give = 0x20, 0x15, 0x06  # load a word of the call, compare it, return
    allowed = [numbers[column] for numbers in CALLS.values() if numbers[column] >= 0]
    refuse, allow = 0x00050000 | 13, 0x7FFF0000  # SECCOMP_RET_ERRNO with EACCES; SECCOMP_RET_ALLOW
    body = [(equal, number, "allow", "next") for number in allowed]
    body += [(equal, FCNTL[column], "next", "refuse"), (load, 24, "next", "next")]  # the second argument of fcntl
    body += [(equal, command, "allow", "next") for command in FCNTL_COMMANDS]
    program = [(load, 4, "next", "next"), (equal, architecture, "next", "refuse"), (load, 0, "next", "next"), *body]
    where = {"refuse": len(program), "allow": len(program) + 1}
    jump = lambda target, i: 0 if target == "next" else where[target] - i - 1
    code = [struct.pack("=HBBI", op, jump(t, i), jump(f, i), k) for i, (op, k, t, f) in enumerate(program)]
    code += [struct.pack("=HBBI", give, 0, 0, refuse), struct.pack("=HBBI", give, 0, 0, allow)]
    text = ctypes.create_string_buffer(b"".join(code))
    filter_ = struct.pack("HP", len(code), ctypes.addressof(text))
    _checked(_libc().prctl(22, 2, filter_, 0, 0), "PR_SET_SECCOMP")


def _install_hook(listed: set[str], readable: set[str], writable: set[str]) -> None:
    realpath, fsdecode, writing = os.path.realpath, os.fsdecode, os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
    writable = writable | {"/dev/null"}

    def check(path: int | str | bytes | None, roots: set[str]) -> None:
        if isinstance(path, int):
            return  # the descriptor of a file that is already open
        real = realpath(fsdecode(path or "."))
        if not any(real == root or real.startswith(f"{root}/") for root in roots):
            raise PermissionError(f"an exercise may not open {real}")

    def hook(event: str, args: tuple) -> None:
        if event == "open":
            check(args[0], writable if args[2] & writing else readable)
        elif event in ("os.listdir", "os.scandir"):
            check(args[0], readable | listed)
        elif event == "os.remove":
            check(args[0], writable)
        elif event.startswith(REFUSED) and event not in HARMLESS:
            raise PermissionError(f"an exercise may not use {event}")

    sys.addaudithook(hook)
