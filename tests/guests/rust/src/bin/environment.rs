//! Arguments, variables, the current directory, and an exit status that the program chose.
//! run: --dir .::/ --env GREETING=hello --env "EMPTY=" -- first "second one" "" ☂
//! exit: 7

use std::env;

use guests::{equal, holds, print_counts};

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    equal(arguments, ["first", "second one", "", "☂"]);
    equal(env::var("GREETING").as_deref(), Ok("hello"));
    equal(env::var("EMPTY").as_deref(), Ok(""));
    // Nothing of the host's.
    equal(env::vars().count(), 2);
    holds(env::var("PATH").is_err());
    equal(env::current_dir().ok().as_deref(), Some(std::path::Path::new("/")));
    // SAFETY: there is one thread.
    unsafe { env::set_var("OWN", "value") };
    equal(env::var("OWN").as_deref(), Ok("value"));
    print_counts();
    std::process::exit(7);
}
