"""Controls: each leaves out the part of a paper's method that its claim rests on. A gain is credited to that part only above them."""
