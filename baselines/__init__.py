"""Methods that the papers' methods must beat: plain baselines here, published rivals in `rivals`, one file each."""
