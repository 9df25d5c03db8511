__version__ = "0.1.0"
from tinynet import primitives as functional
from tinynet.autodiff import Tensor, no_grad
from tinynet.gradcheck import check_gradients
