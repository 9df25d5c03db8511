"""Reading a network: instruments that show what goes on inside it.

gradient_flow     how long the gradient is on its way back, through depth and through time
"""

from tinynet.reading.gradient_flow import GradientFlow, gradient_flow, plot_gradient_flow

__all__ = ["GradientFlow", "gradient_flow", "plot_gradient_flow"]
