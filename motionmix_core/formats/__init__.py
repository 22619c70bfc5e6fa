"""Motion files: reading other people's, writing BVH and our own."""
