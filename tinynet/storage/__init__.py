"""Storage: a network on disk, at its true size. A star marks what belongs to the afternoon:

  atomic       a file written whole or not at all
  temporary    a folder that goes when its process does
  outputs      whether files can be written, asked before
  file_size    header and payload of a file
  ties         what stands at several places of a network
  tensors      the safetensors format, by its library or without it
  gate         a description and arrays in one file, and how much it may ask for
* save_load    saving and loading a network
"""

from tinynet.storage.file_size import FileSize, ModelFileError, file_size
from tinynet.storage.save_load import load, save

__all__ = ["FileSize", "ModelFileError", "file_size", "load", "save"]
