"""Speed and size, each file a command that writes to results/; run from the repository root."""
