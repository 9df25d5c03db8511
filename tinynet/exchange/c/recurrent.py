"""One step of a recurrent layer as a C function: from an input and the state to the next state.

The equations are at the head of sequences/cells.py. The state is h, behind it c of an LSTM; each has H numbers. Both
products, x W and h U, write into scratch side by side, and each goes its method's own way.
"""

from __future__ import annotations

from tinynet.exchange.c.matrices import product
from tinynet.exchange.c.rows import Product, made_of
from tinynet.exchange.c.source import Source
from tinynet.sequences.recurrent import LSTM, RNN


def cell(source: Source, name: str, layer: LSTM | RNN, takes: str) -> Product:
    """Write the step of a frozen layer. `takes`: the C type of x, "float", or "uint8_t" for pixels."""
    H, columns = layer.n_hidden, layer.columns
    W = product(source, f"{name}_W", layer.weight.built(), takes)
    U = product(source, f"{name}_U", layer.recurrent.built())
    b = source.floats(f"{name}_b", layer.bias.numpy())
    x_W, h_U = "x_W[j]", "h_U[j]"
    body = [f"float *x_W = scratch, *h_U = scratch + {columns};"]
    body += [each.of(row, out, f"scratch + {2 * columns}") for each, row, out in ((W, "x", "x_W"), (U, "z", "h_U"))]
    norms = getattr(layer, "norms", [])
    gamma = [source.floats(f"{name}_norm_{i}", norm.gamma.numpy())("j") for i, norm in enumerate(norms)]
    source.use("zero", "math")  # a sequence begins with zeros
    if norms:
        source.use("standardize")
        body += [f"standardize({row}, {columns});" for row in ("x_W", "h_U")]
        x_W, h_U = (f"{gamma[i]} * {row}" for i, row in enumerate((x_W, h_U)))
    body.append(f"for (uint32_t j = 0; j < {columns}; j++)\n    x_W[j] = {x_W} + {h_U} + {b('j')};")
    if isinstance(layer, LSTM):
        source.use("sigmoid")
        loop = f"for (uint32_t j = 0; j < {H}; j++) {{"
        body += [
            f"float *h = z, *c = z + {H};",
            loop,
            f"    float i = sigmoid(x_W[j]), f = sigmoid(x_W[{H} + j]), g = tanhf(x_W[{2 * H} + j]);",
            "    c[j] = f * c[j] + i * g;",
        ]
        if norms:  # of the memory as a whole, before any of it shows
            body += ["    h_U[j] = c[j];", "}", f"standardize(h_U, {H});", loop]
        memory = f"{gamma[2]} * h_U[j]" if norms else "c[j]"
        body += [f"    h[j] = sigmoid(x_W[{3 * H} + j]) * tanhf({memory});", "}"]
    else:
        body.append(f"for (uint32_t j = 0; j < {H}; j++)\n    z[j] = tanhf(x_W[j]);")
    parts = " and ".join("hc"[: layer.states])
    source.note(f"{name}: one step. z is the state before it and after: {parts}, {H} numbers each")
    return made_of(source, name, takes, 2 * columns + max(W.scratch, U.scratch), "\n".join(body))
