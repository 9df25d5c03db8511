"""MNIST and Fashion-MNIST: 70,000 pictures of 28 x 28 in ten classes, in the same four files.

MNIST: handwritten digits, scaled to 20 x 20 and centred by mass. Nobody wrote for both training and test.

Fashion-MNIST: photographs of clothes at the same size, made to be as easy to load and harder to tell apart. Its classes
are T-shirt, trouser, pullover, dress, coat, sandal, shirt, sneaker, bag and ankle boot.

The last 10,000 of the 60,000 training pictures choose the best epoch, as in BinaryConnect and its successors:
50,000 / 10,000 / 10,000.

Sources: Y. LeCun, L. Bottou, Y. Bengio, P. Haffner (1998), Gradient-based learning applied to document recognition
(data by LeCun, Cortes, Burges; no licence stated). H. Xiao, K. Rasul, R. Vollgraf (2017), Fashion-MNIST, arXiv
1708.07747 (Zalando SE, MIT licence).
"""

import numpy as np

from tinynet.datasets.base import Dataset, Split
from tinynet.datasets.download import fetch
from tinynet.datasets.idx import read_idx

MNIST_MIRRORS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
)
FASHION_MIRRORS = (
    "https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/",
    "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
)
FILES = {  # name: shape
    "train-images-idx3-ubyte.gz": (60_000, 28, 28),
    "train-labels-idx1-ubyte.gz": (60_000,),
    "t10k-images-idx3-ubyte.gz": (10_000, 28, 28),
    "t10k-labels-idx1-ubyte.gz": (10_000,),
}
MNIST_SHA256 = (
    "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
    "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
    "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
    "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
)
FASHION_SHA256 = (
    "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
    "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
    "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
    "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
)


def read(folder: str, hashes: tuple[str, ...], mirrors: tuple[str, ...]) -> list[np.ndarray]:
    """Return the four arrays of FILES, uint8: training images and labels, test images and labels."""
    return [
        read_idx(fetch(folder, name, sha256, [mirror + name for mirror in mirrors]), shape)
        for (name, shape), sha256 in zip(FILES.items(), hashes, strict=True)
    ]


def load_mnist() -> Dataset:
    """Return 50,000 / 10,000 / 10,000 handwritten digits, 784 inputs. Raises DataError if they cannot be had."""
    arrays = read("mnist", MNIST_SHA256, MNIST_MIRRORS)
    return split(arrays, name="mnist", source="Y. LeCun, C. Cortes, C. Burges, MNIST; no licence stated")


def load_fashion() -> Dataset:
    """Return 50,000 / 10,000 / 10,000 pictures of clothes, 784 inputs. Raises DataError if they cannot be had."""
    arrays = read("fashion-mnist", FASHION_SHA256, FASHION_MIRRORS)
    return split(arrays, name="fashion", source="H. Xiao et al. (2017), Fashion-MNIST, Zalando SE, MIT licence")


def split(arrays: list[np.ndarray], name: str, source: str) -> Dataset:
    """Return the data set of the four arrays that `read` gives."""
    images, labels, test_images, test_labels = arrays
    return Dataset(
        train=Split.from_pixels(images[:50_000], labels[:50_000]),
        valid=Split.from_pixels(images[50_000:], labels[50_000:]),
        test=Split.from_pixels(test_images, test_labels),
        name=name,
        shape=(28, 28),
        source=source,
    )
