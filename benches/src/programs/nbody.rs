//! Five bodies under gravity: double precision with square roots and divisions.

#[derive(Clone, Copy)]
struct Body {
    place: [f64; 3],
    speed: [f64; 3],
    mass: f64,
}

/// Moves the bodies by `n` steps and folds the bits of where they are.
pub fn run(n: u32) -> u32 {
    let mut bodies: [Body; 5] = std::array::from_fn(|i| {
        let i = i as f64;
        Body { place: [i * 1.5, 4.0 - i, 0.5 * i * i], speed: [0.1 - 0.05 * i, 0.02 * i, 0.0], mass: 1.0 / (1.0 + i) }
    });
    for _ in 0..n {
        advance(&mut bodies, 0.001);
    }
    let bits = bodies.iter().flat_map(|body| body.place).map(f64::to_bits);
    bits.fold(0, |mix, bits| mix.rotate_left(5) ^ (bits >> 32) as u32)
}

#[inline(never)]
fn advance(bodies: &mut [Body; 5], dt: f64) {
    for i in 0..bodies.len() {
        for j in i + 1..bodies.len() {
            let (one, two) = (bodies[i], bodies[j]);
            let d: [f64; 3] = std::array::from_fn(|axis| one.place[axis] - two.place[axis]);
            let square = d[0] * d[0] + d[1] * d[1] + d[2] * d[2] + 0.01;
            let strength = dt / (square * square.sqrt());
            for (axis, distance) in d.into_iter().enumerate() {
                bodies[i].speed[axis] -= distance * two.mass * strength;
                bodies[j].speed[axis] += distance * one.mass * strength;
            }
        }
    }
    for body in bodies {
        for axis in 0..3 {
            body.place[axis] += dt * body.speed[axis];
        }
    }
}
