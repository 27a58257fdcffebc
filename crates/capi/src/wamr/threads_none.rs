//! Without an operating system there are no threads: their functions are not in the header.
