"""Claims: per method and task what its paper printed, what our runs gave, and what others printed when they ran it again."""
