"""Storage: a network on disk, at its true size. A star marks what belongs to the afternoon:

  atomic       a file written whole or not at all
* save_load    the file format, saving and loading
  file_size    header and payload of a file
"""

from tinynet.storage.save_load import FileSize, ModelFileError, load, save
from tinynet.storage.file_size import file_size

__all__ = ["FileSize", "ModelFileError", "file_size", "load", "save"]
