"""The papers' tables again, on one trainer, one split, and one count of bytes.

experiment       what all have in common: trials, full runs, rows, and a table
hashing          hashed networks beside their baselines (Chen et al. 2015)
picture          the frontier of MNIST at 1,000 hidden units
binary           networks of bits (Courbariaux, Hubara et al. 2016)
batch_norm       the sigmoid network of the first figure (Ioffe, Szegedy 2015)
soft_targets     a network taught by a larger one (Hinton, Vinyals, Dean 2015)
"""
