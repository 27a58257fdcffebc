//! Nothing: this package only names the packages that carry the C sources, for cargo to fetch.
