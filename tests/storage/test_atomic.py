"""A file is written whole or not at all, wherever its name leads."""

import os
import threading

import pytest

from tinynet.storage.atomic import write_atomically


def test_a_file_is_replaced_in_one_step_and_nothing_else_is_left(tmp_path):
    path = tmp_path / "file"
    for content in b"first", b"second":
        write_atomically(path, content)
        assert path.read_bytes() == content and list(tmp_path.iterdir()) == [path]


def test_a_link_stays_and_what_it_leads_to_is_written(tmp_path):
    (tmp_path / "link").symlink_to("file")
    write_atomically(tmp_path / "link", b"content")
    assert (tmp_path / "link").is_symlink() and (tmp_path / "file").read_bytes() == b"content"


def test_a_pipe_is_written_into_not_replaced(tmp_path):
    pipe, read = tmp_path / "pipe", []
    os.mkfifo(pipe)
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()))
    reader.start()
    write_atomically(pipe, b"content")
    reader.join(timeout=60)
    assert read == [b"content"] and not pipe.is_file()


def test_a_folder_is_no_file_and_a_missing_one_is_named(tmp_path):
    with pytest.raises(IsADirectoryError):
        write_atomically(tmp_path, b"")
    with pytest.raises(FileNotFoundError, match=r"there is no folder '.*nowhere' to write 'file' in; create it first"):
        write_atomically(tmp_path / "nowhere" / "file", b"")


def test_the_permissions_of_a_file_that_is_replaced_stay(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"first")
    path.chmod(0o600)
    write_atomically(path, b"second")
    assert path.read_bytes() == b"second" and path.stat().st_mode & 0o777 == 0o600


def test_a_name_may_be_as_long_as_the_file_system_allows(tmp_path):
    for name in ("n" * 255, "\u00e9" * 127):  # 255 and 254 bytes
        write_atomically(tmp_path / name, b"content")
        assert (tmp_path / name).read_bytes() == b"content"
    with pytest.raises(OSError, match="too long"):
        write_atomically(tmp_path / ("n" * 256), b"content")
    assert len(list(tmp_path.iterdir())) == 2
