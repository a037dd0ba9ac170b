"""Statistics as pure functions on arrays, shared by planning, checks and reports. A leaf: numpy and scipy only."""
