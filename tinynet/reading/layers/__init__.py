"""One layer under the lens.

In reading order:

    svd           the layer as rotate, stretch, rotate; how many directions it uses; its columns as images
    geometry      the lengths of its columns and the angles between them; what binary and hashed columns leave of both
    saturation    which of its units have stopped responding
    sharing       which of its entries are made of the same stored numbers
    dependence    which of its units are linear in the others; the network without them
"""

from tinynet.reading.layers import svd, geometry, saturation, sharing, dependence

__all__ = ["dependence", "geometry", "saturation", "sharing", "svd"]
