"""Wrong answers of lesson 09, each with the mistake behind it; the grader must reject them."""

import numpy as np

from tinynet.course import instead_of


@instead_of("largest_saving_rank", "off by one at equality: at k = m n / (m + n) the factors are as large as W")
def equal_counts_as_saving(m, n):
    return m * n // (m + n)


@instead_of("largest_saving_rank", "one too many: this is the first rank that saves nothing, not the last that saves")
def the_first_that_does_not(m, n):
    return (m * n - 1) // (m + n) + 1


@instead_of("largest_saving_rank", "this was rounded to the nearest whole number, and may round up")
def rounded(m, n):
    return round(m * n / (m + n))


@instead_of(
    "largest_saving_rank", "this is the largest rank that W can have; its factors hold far more than m n numbers"
)
def full_rank(m, n):
    return min(m, n)


@instead_of("largest_saving_rank", "U and V were counted as m k n numbers; they hold m k + k n")
def product_for_sum(m, n):
    return 0


@instead_of("largest_saving_rank", "only U was counted, m k numbers; V holds k n more")
def only_U(m, n):
    return (m * n - 1) // m


@instead_of("largest_saving_rank", "only V was counted, k n numbers; U holds m k more")
def only_V(m, n):
    return (m * n - 1) // n


@instead_of("largest_saving_rank", "one too few: rank 1 is there when k is 1, not 0")
def one_too_few(m, n):
    return max(0, (m * n - 1) // (m + n) - 1)


@instead_of("largest_saving_rank", "at least 1 was returned; where rank 1 saves nothing, the answer is 0")
def at_least_one(m, n):
    return max(1, (m * n - 1) // (m + n))


@instead_of(
    "largest_saving_rank",
    "a rank is a whole number; this is a float: np.ceil and np.floor return one, int(...) mends it",
)
def whole_but_a_float(m, n):
    return np.ceil(m * n / (m + n)) - 1


@instead_of("largest_saving_rank", "the quotient is a float; the rank is the largest whole number below m n / (m + n)")
def quotient(m, n):
    return m * n / (m + n)


@instead_of("largest_saving_rank", "the quotient is a float; the rank is the largest whole number below m n / (m + n)")
def quotient_of_one_less(m, n):
    return (m * n - 1) / (m + n)


@instead_of(
    "largest_saving_rank", "1 was always subtracted; only where m n / (m + n) is a whole number does it save nothing"
)
def always_one_less(m, n):
    return m * n // (m + n) - 1


@instead_of(
    "largest_saving_rank", "1 was always subtracted; only where m n / (m + n) is a whole number does it save nothing"
)
def always_one_less_but_not_below_zero(m, n):
    return max(0, m * n // (m + n) - 1)


def svd(W):
    return np.linalg.svd(W, full_matrices=False)


@instead_of(
    "nearest", "columns of the third result were taken; it is transposed already, so its first k rows are wanted"
)
def columns_of_B_transposed(W, k):
    A, s, Bt = np.linalg.svd(W)
    return A[:, :k] * np.sqrt(s[:k]), np.sqrt(s[:k])[:, None] * Bt[:, :k].T


@instead_of("nearest", "U has all singular values and V none; the product is right, but the factors are out of balance")
def all_into_U(W, k):
    A, s, Bt = svd(W)
    return A[:, :k] * s[:k], Bt[:k]


@instead_of("nearest", "V has all singular values and U none; the product is right, but the factors are out of balance")
def all_into_V(W, k):
    A, s, Bt = svd(W)
    return A[:, :k], s[:k, None] * Bt[:k]


@instead_of("nearest", "both factors were scaled by the singular values, so the product has their squares")
def squared(W, k):
    A, s, Bt = svd(W)
    return A[:, :k] * s[:k], s[:k, None] * Bt[:k]


@instead_of("nearest", "the singular values are missing: these factors turn, but do not stretch")
def without_s(W, k):
    A, _, Bt = svd(W)
    return A[:, :k], Bt[:k]


@instead_of("nearest", "the last singular values were kept; the first ones are the largest")
def the_smallest(W, k):
    A, s, Bt = svd(W)
    return A[:, -k:] * np.sqrt(s[-k:]), np.sqrt(s[-k:])[:, None] * Bt[-k:]


@instead_of("nearest", "the rank is off by one: one singular value too many was kept")
def rank_plus_one(W, k):
    A, s, Bt = svd(W)
    return A[:, : k + 1] * np.sqrt(s[: k + 1]), np.sqrt(s[: k + 1])[:, None] * Bt[: k + 1]


@instead_of("nearest", "the rank is off by one: one singular value too few was kept")
def rank_minus_one(W, k):
    A, s, Bt = svd(W)
    return A[:, : k - 1] * np.sqrt(s[: k - 1]), np.sqrt(s[: k - 1])[:, None] * Bt[: k - 1]


@instead_of("nearest", "the roots scale the columns of V here; its rows are to be scaled")
def columns_of_V_scaled(W, k):
    A, s, Bt = svd(W)
    scale = np.ones(W.shape[1])
    scale[:k] = np.sqrt(s[:k])
    return A[:, :k] * np.sqrt(s[:k]), Bt[:k] * scale


@instead_of("nearest", "the first k columns of W were kept as they are; the nearest matrix mixes all of them")
def first_columns(W, k):
    U = W[:, :k]
    return U, np.linalg.lstsq(U, W, rcond=None)[0]


@instead_of("nearest", "np.linalg.svd returns V transposed already; transposed again, its rows are the wrong ones")
def transposed_again(W, k):
    A, s, Bt = svd(W)
    return A[:, :k] @ np.diag(np.sqrt(s[:k])), np.diag(np.sqrt(s[:k])) @ Bt.T[:k]


@instead_of("nearest", "U.T @ W projects only where the columns of U have length 1; here it multiplies by them twice")
def projected_on_long_columns(W, k):
    A, s, _ = svd(W)
    U = A[:, :k] * np.sqrt(s[:k])
    return U, U.T @ W


@instead_of("nearest", "three results were returned; share the singular values out to U and V")
def three_results(W, k):
    A, s, Bt = svd(W)
    return A[:, :k], s[:k], Bt[:k]


@instead_of("nearest", "the same number scales every row: each column of U must be as long as its own row of V")
def one_scale_for_all(W, k):
    A, s, Bt = svd(W)
    return A[:, :k] * s[:k] / np.sqrt(s[0]), np.sqrt(s[0]) * Bt[:k]


@instead_of("nearest", "U and V have the same length as wholes; each column of U must be as long as its own row of V")
def as_long_as_wholes(W, k):
    A, s, Bt = svd(W)
    scale = np.sqrt(np.linalg.norm(s[:k]) / np.sqrt(k))
    return A[:, :k] * s[:k] / scale, scale * Bt[:k]


@instead_of("nearest", "the same number scales every row: each column of U must be as long as its own row of V")
def the_mean_for_all(W, k):
    A, s, Bt = svd(W)
    scale = np.sqrt(np.mean(s[:k]))
    return A[:, :k] * s[:k] / scale, scale * Bt[:k]


@instead_of("nearest", "one number scales both factors; each singular value has to scale its own column and row")
def one_number_for_both(W, k):
    A, s, Bt = svd(W)
    return A[:, :k] * np.sqrt(s[0]), Bt[:k] * np.sqrt(s[0])


@instead_of("nearest", "one number scales both factors; each singular value has to scale its own column and row")
def the_mean_for_both(W, k):
    A, s, Bt = svd(W)
    return A[:, :k] * np.sqrt(s[:k].mean()), Bt[:k] * np.sqrt(s[:k].mean())


@instead_of("nearest", "one number scales both factors; each singular value has to scale its own column and row")
def the_mean_root_for_both(W, k):
    A, s, Bt = svd(W)
    return A[:, :k] * np.sqrt(s[:k]).mean(), Bt[:k] * np.sqrt(s[:k]).mean()


@instead_of("nearest", "np.diag holds all singular values here; only the first k of them fit the k columns")
def diagonal_of_all(W, k):
    A, s, Bt = svd(W)
    root = np.diag(np.sqrt(s))
    return A[:, :k] @ root, root @ Bt[:k]


@instead_of("nearest", "the roots r scale the rows of V only if they have a second axis: r[:, None] * V")
def roots_without_an_axis(W, k):
    A, s, Bt = svd(W)
    r = np.sqrt(s[:k])
    return A[:, :k] * r, r * Bt[:k]


@instead_of("nearest", "the product was returned; its factors are wanted, U and V")
def the_product(W, k):
    A, s, Bt = svd(W)
    return (A[:, :k] * s[:k]) @ Bt[:k]


@instead_of("nearest", "V is wanted in the shape (k, n), ready for U @ V; this is its transpose")
def V_as_columns(W, k):
    A, s, Bt = svd(W)
    return A[:, :k] * np.sqrt(s[:k]), (np.sqrt(s[:k])[:, None] * Bt[:k]).T


@instead_of("gradients", "V stands for V transposed here: dL/dU[i, c] sums G[i, j] V[c, j] over j")
def V_for_V_transposed(G, U, V):
    return G @ V, U.T @ G


@instead_of("gradients", "U stands for U transposed here: dL/dV[c, j] sums U[i, c] G[i, j] over i")
def U_for_U_transposed(G, U, V):
    return G @ V.T, U @ G


@instead_of("gradients", "both transposes are missing: V's in dL/dU, and U's in dL/dV")
def without_transposes(G, U, V):
    return G @ V, U @ G


@instead_of("gradients", "transposed, but on the wrong side of G: dL/dU is G V^T, and dL/dV is U^T G")
def on_the_wrong_side(G, U, V):
    return V.T @ G, G @ U.T


@instead_of(
    "gradients", "divided by the number of rows of G, as if they were examples; the mean over examples is in G already"
)
def divided_by_the_rows(G, U, V):
    return G @ V.T / len(G), U.T @ G / len(G)


@instead_of("gradients", "the order is turned around: first the gradient with respect to U, then the one for V")
def turned_around(G, U, V):
    return U.T @ G, G @ V.T


@instead_of("gradients", "these are the gradients' transposes; a gradient has the shape of what it belongs to")
def transposed(G, U, V):
    return V @ G.T, G.T @ U


@instead_of("gradients", "the minus sign belongs to the training step, not to the gradient")
def negative(G, U, V):
    return -G @ V.T, -U.T @ G


@instead_of("gradients", "U's gradient was used inside V's, as if U had moved already; both belong to the same moment")
def one_after_the_other(G, U, V):
    dU = G @ V.T
    return dU, (U - dU).T @ G


@instead_of("gradients", "the gradients were divided by the rank; every path through a column of U counts in full")
def divided_by_the_rank(G, U, V):
    return G @ V.T / U.shape[1], U.T @ G / U.shape[1]


@instead_of(
    "gradients", "these are V and U multiplied by the wrong factor: U's gradient contains V, and V's contains U"
)
def own_factor(G, U, V):
    return G @ G.T @ U, V @ G.T @ G


@instead_of("gradients", "pseudoinverses were used, as for solving an equation; the chain rule wants transposes")
def pseudoinverses(G, U, V):
    return G @ np.linalg.pinv(V), np.linalg.pinv(U) @ G


@instead_of("gradients", "G was transposed; only the other factor is: G V^T and U^T G")
def G_transposed_in_U(G, U, V):
    return G.T @ V.T, U.T @ G


@instead_of("gradients", "G was transposed; only the other factor is: G V^T and U^T G")
def G_transposed_in_V(G, U, V):
    return G @ V.T, U.T @ G.T


@instead_of("gradients", "G was transposed; only the other factor is: G V^T and U^T G")
def G_transposed_in_both(G, U, V):
    return G.T @ V.T, U.T @ G.T


@instead_of("mended_rates", "the two are exchanged: what c makes large has to take the larger steps, in proportion")
def exchanged(c, lr):
    return lr / c**2, lr * c**2


@instead_of("mended_rates", "c where c^2 is needed: c U is c times as large, and its gradient c times as small")
def c_for_its_square(c, lr):
    return lr * c, lr / c


@instead_of("mended_rates", "the rates are exchanged, and c stands where c^2 is needed")
def c_exchanged(c, lr):
    return lr / c, lr * c


@instead_of(
    "mended_rates", "both rates were left as they are; then c U hardly moves for large c, and V / c moves too far"
)
def unchanged(c, lr):
    return lr, lr


@instead_of("mended_rates", "only the rate of c U was changed; V / c takes steps that are too long as well")
def only_U_mended(c, lr):
    return lr * c**2, lr


@instead_of("mended_rates", "only the rate of V / c was changed; c U takes steps that are too short as well")
def only_V_mended(c, lr):
    return lr, lr / c**2


@instead_of("mended_rates", "both got the same rate; one factor needs longer steps, the other shorter ones")
def both_the_same(c, lr):
    return lr * c**2, lr * c**2


@instead_of("mended_rates", "both rates were made smaller; one of the factors needs a larger rate")
def both_smaller(c, lr):
    return lr / c**2, lr / c**2


@instead_of("mended_rates", "c^4 is the ratio of the two rates; each of them changes by c^2")
def fourth_power(c, lr):
    return lr * c**4, lr / c**4


@instead_of("mended_rates", "c^4 is the ratio of the two rates, but V / c needs a rate smaller than lr as well")
def fourth_power_for_U(c, lr):
    return lr * c**4, lr


@instead_of("mended_rates", "the root of c was taken where c^2 is needed")
def root_of_c(c, lr):
    return lr * np.sqrt(c), lr / np.sqrt(c)


@instead_of("mended_rates", "these are the factors for the rates; multiply them by lr")
def without_lr(c, lr):
    return c**2, 1 / c**2


@instead_of("mended_rates", "lr was squared, not c")
def lr_squared(c, lr):
    return c * lr**2, lr**2 / c


@instead_of(
    "share_seen", "|x U|^2 / |x|^2 takes long columns for good sight; find perpendicular columns of length 1 first"
)
def product_alone(x, U):
    return np.sum((x @ U) ** 2) / np.sum(x**2)


@instead_of(
    "share_seen", "scaling the columns to length 1 is not enough: columns that lean together count a part twice"
)
def only_scaled(x, U):
    return np.sum((x @ (U / np.linalg.norm(U, axis=0))) ** 2) / np.sum(x**2)


@instead_of("share_seen", "this is the share that is lost, not the share that is seen")
def what_is_lost(x, U):
    Q = np.linalg.qr(U)[0]
    return 1 - np.sum((x @ Q) ** 2) / np.sum(x**2)


@instead_of("share_seen", "this is the ratio of lengths; the share is one of squares")
def ratio_of_lengths(x, U):
    Q = np.linalg.qr(U)[0]
    return np.sqrt(np.sum((x @ Q) ** 2) / np.sum(x**2))


@instead_of("share_seen", "the mean was subtracted; the inputs count as they come")
def mean_subtracted(x, U):
    Q, z = np.linalg.qr(U)[0], x - x.mean(axis=0)
    return np.sum((z @ Q) ** 2) / max(np.sum(z**2), 1e-12)


@instead_of(
    "share_seen", "a share was computed for each input, and these were averaged; sum over all inputs, then divide once"
)
def mean_of_shares(x, U):
    Q = np.linalg.qr(U)[0]
    return np.mean(np.sum((x @ Q) ** 2, axis=1) / np.sum(x**2, axis=1))


@instead_of(
    "share_seen",
    "a result above 1 was cut to 1; it is wrong below 1 as well, because columns lean together or are not of length 1",
)
def cut_at_one(x, U):
    return min(1.0, np.sum((x @ U) ** 2) / np.sum(x**2))


@instead_of("share_seen", "divided by the squares of all of U: each column has its own length, and they lean together")
def divided_by_all_of_U(x, U):
    return np.sum((x @ U) ** 2) / np.sum(x**2) / np.sum(U**2)


@instead_of(
    "share_seen", "the pseudoinverse gives the coefficients of the mixture; the part that is seen is U times them"
)
def coefficients(x, U):
    return np.sum((x @ np.linalg.pinv(U).T) ** 2) / np.sum(x**2)


@instead_of(
    "share_seen", "all m singular vectors were used, which see everything; only the first k span the columns of U"
)
def full_svd(x, U):
    return np.sum((x @ np.linalg.svd(U)[0]) ** 2) / np.sum(x**2)


@instead_of("share_seen", "absolute values were summed; the shares are of squares")
def absolute_values(x, U):
    return np.sum(np.abs(x @ np.linalg.qr(U)[0])) / np.sum(np.abs(x))


@instead_of("share_seen", "this is k / m, what a random bank sees of random inputs; look at the inputs")
def rank_alone(x, U):
    return U.shape[1] / U.shape[0]


@instead_of("share_seen", "U U^T projects only where the columns of U are perpendicular and of length 1")
def by_U_U_transposed(x, U):
    return np.sum((x @ U @ U.T) ** 2) / np.sum(x**2)


@instead_of("share_seen", "in per cent; a number between 0 and 1 is wanted")
def in_per_cent(x, U):
    Q = np.linalg.qr(U)[0]
    return 100 * np.sum((x @ Q) ** 2) / np.sum(x**2)


@instead_of("share_seen", "this divides by the inverse lengths only: the Gram matrix U^T U must be inverted as a whole")
def divided_by_squared_lengths(x, U):
    return np.sum((x @ U / np.sum(U**2, axis=0) @ U.T) ** 2) / np.sum(x**2)


def squares(side, centres):
    rows, columns = np.divmod(np.arange(side * side), side)
    return (rows[:, None] - centres[:, 0]) ** 2 + (columns[:, None] - centres[:, 1]) ** 2


def unit(U):
    return U / np.linalg.norm(U, axis=0)


@instead_of("smooth_bank", "the columns were not scaled to length 1")
def not_scaled(side, centres, sigma):
    return np.exp(-squares(side, centres) / (2 * sigma**2))


@instead_of("smooth_bank", "the rows were scaled to length 1; the columns are the features")
def rows_scaled(side, centres, sigma):
    U = np.exp(-squares(side, centres) / (2 * sigma**2))
    return U / np.linalg.norm(U, axis=1, keepdims=True)


@instead_of(
    "smooth_bank", "rows and columns of the picture are exchanged: a centre is (row, column), and pixels lie row by row"
)
def exchanged_axes(side, centres, sigma):
    return unit(np.exp(-squares(side, centres[:, ::-1]) / (2 * sigma**2)))


@instead_of("smooth_bank", "the 2 is missing: the exponent is -d^2 / (2 sigma^2)")
def without_the_two(side, centres, sigma):
    return unit(np.exp(-squares(side, centres) / sigma**2))


@instead_of("smooth_bank", "sigma is not squared: the exponent is -d^2 / (2 sigma^2)")
def sigma_not_squared(side, centres, sigma):
    return unit(np.exp(-squares(side, centres) / (2 * sigma)))


@instead_of("smooth_bank", "the distance is not squared; this bump has a sharp tip")
def distance_not_squared(side, centres, sigma):
    return unit(np.exp(-np.sqrt(squares(side, centres)) / (2 * sigma**2)))


@instead_of("smooth_bank", "sigma was left out of the exponent")
def sigma_left_out(side, centres, sigma):
    return unit(np.exp(-squares(side, centres) / 2))


@instead_of(
    "smooth_bank", "pixels were taken for points on a line: distance along the list of pixels, not on the picture"
)
def along_the_list(side, centres, sigma):
    places = centres[:, 0] * side + centres[:, 1]
    return unit(np.exp(-((np.arange(side * side)[:, None] - places) ** 2) / (2 * sigma**2)))


@instead_of("smooth_bank", "each column was divided by its sum; its length is the root of the sum of squares")
def divided_by_the_sum(side, centres, sigma):
    U = np.exp(-squares(side, centres) / (2 * sigma**2))
    return U / U.sum(axis=0)


@instead_of("smooth_bank", "this is the transpose: each column of U should be a feature")
def bank_transposed(side, centres, sigma):
    return unit(np.exp(-squares(side, centres) / (2 * sigma**2))).T


@instead_of("smooth_bank", "d2 / 2 * sigma**2 multiplies by sigma^2; parentheses are missing around 2 * sigma**2")
def without_parentheses(side, centres, sigma):
    return unit(np.exp(-squares(side, centres) / 2 * sigma**2))


@instead_of("smooth_bank", "divided by the length of the whole matrix; each column has a length of its own (axis=0)")
def length_of_the_matrix(side, centres, sigma):
    U = np.exp(-squares(side, centres) / (2 * sigma**2))
    return U / np.linalg.norm(U)


@instead_of("smooth_bank", "divided by the squared length; the root of the sum of squares is missing")
def divided_by_the_squared_length(side, centres, sigma):
    U = np.exp(-squares(side, centres) / (2 * sigma**2))
    return U / np.sum(U**2, axis=0)


@instead_of("smooth_bank", "each column was divided by its largest entry; its length should be 1")
def divided_by_the_largest(side, centres, sigma):
    U = np.exp(-squares(side, centres) / (2 * sigma**2))
    return U / U.max(axis=0)


@instead_of("smooth_bank", "scaled to a volume of 1, like a probability; the length of each column should be 1")
def density(side, centres, sigma):
    return np.exp(-squares(side, centres) / (2 * sigma**2)) / (2 * np.pi * sigma**2)


@instead_of("smooth_bank", "the centres were rounded to whole pixels; they may lie in between")
def rounded_centres(side, centres, sigma):
    return unit(np.exp(-squares(side, np.rint(centres)) / (2 * sigma**2)))


@instead_of("smooth_bank", "the centres were cut to whole pixels; they may lie in between")
def truncated_centres(side, centres, sigma):
    return unit(np.exp(-squares(side, centres.astype(int)) / (2 * sigma**2)))


@instead_of("smooth_bank", "shifted by half a pixel: pixel (r, c) lies at (r, c), so a centre there is in its middle")
def pixels_at_their_middles(side, centres, sigma):
    return unit(np.exp(-squares(side, centres - 0.5) / (2 * sigma**2)))


@instead_of("smooth_bank", "shifted by half a pixel: pixel (r, c) lies at (r, c), so a centre there is in its middle")
def centres_at_their_middles(side, centres, sigma):
    return unit(np.exp(-squares(side, centres + 0.5) / (2 * sigma**2)))


@instead_of("smooth_bank", "the minus sign is missing: far pixels are the brightest")
def plus_sign(side, centres, sigma):
    return unit(np.exp(squares(side, centres) / (2 * sigma**2)))


@instead_of("smooth_bank", "pixels were counted from 1; rows and columns are counted from 0")
def counted_from_one(side, centres, sigma):
    return unit(np.exp(-squares(side, centres - 1) / (2 * sigma**2)))


@instead_of("smooth_bank", "distances along rows and columns were added; the squares are to be added")
def city_blocks(side, centres, sigma):
    rows, columns = np.divmod(np.arange(side * side), side)
    d = np.abs(rows[:, None] - centres[:, 0]) + np.abs(columns[:, None] - centres[:, 1])
    return unit(np.exp(-(d**2) / (2 * sigma**2)))


@instead_of("rank_that_fits", "a pretrained bank is not free: nobody can compute it without the training pictures")
def pretrained_is_free(m, n, budget, bank):
    return max(0, (budget - 8 * (bank == "random")) // (4 * (m + n if bank == "learned" else n)))


@instead_of(
    "rank_that_fits", "every bank was counted as free; U is paid for wherever it was learned or computed from data"
)
def every_bank_is_free(m, n, budget, bank):
    return max(0, (budget - 8 * (bank == "random")) // (4 * n))


@instead_of(
    "rank_that_fits",
    "two at once: a pretrained bank is not free, since it was computed from the pictures; and a seed takes 8 bytes",
)
def pretrained_is_free_and_so_is_the_seed(m, n, budget, bank):
    return budget // (4 * (m + n if bank == "learned" else n))


@instead_of("rank_that_fits", "a rank is a whole number; divide with //, which rounds down")
def not_rounded(m, n, budget, bank):
    return max(0, (budget - 8 * (bank == "random")) / (4 * (n if bank in ("random", "grid") else m + n)))


@instead_of(
    "rank_that_fits", "the grid's centres were stored, two numbers for each column; the formula gives them, too"
)
def centres_of_the_grid_stored(m, n, budget, bank):
    each = {"random": n, "grid": n + 2}.get(bank, m + n)
    return max(0, (budget - 8 * (bank == "random")) // (4 * each))


@instead_of("rank_that_fits", "every bank was charged; a random one costs its seed, and one by formula nothing")
def every_bank_charged(m, n, budget, bank):
    return budget // (4 * (m + n))


@instead_of("rank_that_fits", "the seed was forgotten: 64 bits are 8 bytes")
def without_the_seed(m, n, budget, bank):
    return budget // (4 * (n if bank in ("random", "grid") else m + n))


@instead_of("rank_that_fits", "the seed was counted as 64 bytes; it has 64 bits")
def bits_for_bytes(m, n, budget, bank):
    return max(0, (budget - 64 * (bank == "random")) // (4 * (n if bank in ("random", "grid") else m + n)))


@instead_of("rank_that_fits", "the seed was charged to every bank; only the random one has a seed")
def a_seed_for_every_bank(m, n, budget, bank):
    return max(0, (budget - 8) // (4 * (n if bank in ("random", "grid") else m + n)))


@instead_of("rank_that_fits", "the seed was counted as 4 bytes; 64 bits are 8")
def seed_of_four_bytes(m, n, budget, bank):
    return max(0, (budget - 4 * (bank == "random")) // (4 * (n if bank in ("random", "grid") else m + n)))


@instead_of("rank_that_fits", "below zero: where not even the seed fits, the answer is 0")
def below_zero(m, n, budget, bank):
    return (budget - 8 * (bank == "random")) // (4 * (n if bank in ("random", "grid") else m + n))


@instead_of("rank_that_fits", "rounded to the nearest: the file must fit")
def rounded_to_nearest(m, n, budget, bank):
    return max(0, round((budget - 8 * (bank == "random")) / (4 * (n if bank in ("random", "grid") else m + n))))


@instead_of("rank_that_fits", "at least 1 was returned; where rank 1 does not fit, the answer is 0")
def at_least_rank_one(m, n, budget, bank):
    return max(1, (budget - 8 * (bank == "random")) // (4 * (n if bank in ("random", "grid") else m + n)))


@instead_of("rank_that_fits", "the seed was charged once for each column of U; one seed draws all of them")
def a_seed_for_each_column(m, n, budget, bank):
    return budget // ({"random": 4 * n + 8, "grid": 4 * n}.get(bank, 4 * (m + n)))


@instead_of("rank_that_fits", "numbers were counted, not bytes: each float32 takes 4")
def numbers_for_bytes(m, n, budget, bank):
    return max(0, (budget - 8 * (bank == "random")) // (n if bank in ("random", "grid") else m + n))


@instead_of("rank_that_fits", "with a free U, what is left to store is V with n numbers for each rank, not U with m")
def V_is_free(m, n, budget, bank):
    return max(0, (budget - 8 * (bank == "random")) // (4 * (m if bank in ("random", "grid") else m + n)))


@instead_of("rank_that_fits", "rounded up: the file must fit")
def one_too_many(m, n, budget, bank):
    return max(0, -(-(budget - 8 * (bank == "random")) // (4 * (n if bank in ("random", "grid") else m + n))))


@instead_of("rank_that_fits", "a budget that is just used up does fit")
def equality_refused(m, n, budget, bank):
    return max(0, (budget - 8 * (bank == "random") - 1) // (4 * (n if bank in ("random", "grid") else m + n)))


@instead_of("rank_that_fits", "the grid needs no seed: its formula is in the program")
def seed_for_the_grid(m, n, budget, bank):
    seed = 8 * (bank in ("random", "grid"))
    return max(0, (budget - seed) // (4 * (n if bank in ("random", "grid") else m + n)))


@instead_of("rank_that_fits", "the formula's result was charged: the grid costs nothing, since anybody can compute it")
def grid_charged(m, n, budget, bank):
    return max(0, (budget - 8 * (bank == "random")) // (4 * (n if bank == "random" else m + n)))


@instead_of("rank_that_fits", "the rank was limited to min(m, n); with a free bank it may exceed them")
def limited(m, n, budget, bank):
    free = bank in ("random", "grid")
    return min(m, n, max(0, (budget - 8 * (bank == "random")) // (4 * (n if free else m + n))))
