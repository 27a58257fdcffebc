//! Modules for the firmware `update`: each says a number that all of its bytes went into.

use super::Dice;

/// What a module does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Behaviour {
    /// Says its number.
    Good,
    /// Has no `step`.
    LacksExport,
    /// Ends in the middle of a section.
    Damaged,
    /// Traps when started.
    Traps,
    /// Restarts the board when started, for ever.
    Restarts,
}

/// A module, and what it says when all of it is there.
#[derive(Debug)]
pub struct Module {
    pub bytes: Vec<u8>,
    pub says: i32,
}

impl Module {
    /// A module of random bytes and length.
    pub fn new(dice: &mut Dice, behaviour: Behaviour) -> Module {
        // Up to more than an erase block. The emulator takes its time for every byte of the line.
        let length = 16 + dice.below(8_500);
        let data: Vec<u8> = (0..length).map(|_| dice.roll() as u8).collect();
        let mut bytes = encode(&text(&data, behaviour));
        if behaviour == Behaviour::Damaged {
            bytes.truncate(bytes.len() / 2);
        }
        Module { bytes, says: sum(&data) }
    }
}

/// What the guest computes, too.
fn sum(data: &[u8]) -> i32 {
    data.iter().fold(0_i32, |sum, byte| sum.wrapping_mul(31).wrapping_add(i32::from(*byte)))
}

fn encode(text: &str) -> Vec<u8> {
    // The text is ours and well-formed: `a_module_is_encoded` has every form of it.
    wat::parse_str(text).unwrap_or_default()
}

fn text(data: &[u8], behaviour: Behaviour) -> String {
    let length = data.len();
    let data: String = data.iter().map(|byte| format!("\\{byte:02x}")).collect();
    let first = match behaviour {
        Behaviour::Traps => "unreachable",
        Behaviour::Restarts => "(call $restart)",
        _ => "",
    };
    let step = match behaviour {
        Behaviour::LacksExport => "",
        _ => r#"(func (export "step") (global.set $steps (i32.add (global.get $steps) (i32.const 1))))"#,
    };
    format!(
        r#"(module
  (import "env" "restart" (func $restart))
  (memory 1)
  (global $steps (mut i32) (i32.const 0))
  (data (i32.const 0) "{data}")
  (func (export "start") (result i32) (local $at i32) (local $sum i32)
    {first}
    (loop $next
      (local.set $sum (i32.add
        (i32.mul (local.get $sum) (i32.const 31))
        (i32.load8_u (local.get $at))))
      (local.set $at (i32.add (local.get $at) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $at) (i32.const {length}))))
    (local.get $sum))
  {step})"#
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_is_encoded() {
        use Behaviour::{Damaged, Good, LacksExport, Restarts, Traps};
        for behaviour in [Good, LacksExport, Damaged, Traps, Restarts] {
            let module = Module::new(&mut Dice(1), behaviour);
            assert!(module.bytes.starts_with(b"\0asm") && module.bytes.len() > 100, "{behaviour:?}");
        }
    }

    #[test]
    fn the_number_depends_on_every_byte() {
        assert_eq!(sum(&[1, 2]), 33);
        assert_ne!(sum(&[1, 2, 0]), sum(&[1, 2]));
    }
}
