"""Storage: a network on disk, at its true size. A star marks what belongs to the afternoon:

  atomic       a file written whole or not at all
  file_size    header and payload of a file
  budget       how much a file of some size may ask for
  container    a description and arrays in one file
* save_load    saving and loading a network
"""

from tinynet.storage.file_size import FileSize, ModelFileError, file_size
from tinynet.storage.save_load import load, save

__all__ = ["FileSize", "ModelFileError", "file_size", "load", "save"]
