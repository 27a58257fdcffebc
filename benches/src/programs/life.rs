//! Conway's game of life: byte loads and stores, short loops, branches that are hard to foresee.

const SIDE: usize = 128;

type Cells = [u8; SIDE * SIDE];

/// Plays `n` generations on a torus of 128 by 128 cells and folds the rows.
pub fn run(n: u32) -> u32 {
    let mut cells: Cells = std::array::from_fn(|i| (i * 7 % 11 % 3 == 0) as u8);
    let mut next: Cells = std::array::from_fn(|i| (i & 1) as u8);
    for _ in 0..n / 2 {
        generation(&cells, &mut next);
        generation(&next, &mut cells);
    }
    cells.iter().fold(0, |mix: u32, cell| mix.rotate_left(1) ^ u32::from(*cell))
}

#[inline(never)]
fn generation(cells: &Cells, next: &mut Cells) {
    for row in 0..SIDE {
        for column in 0..SIDE {
            let mut alive = 0;
            for (down, right) in [(0, 0), (0, 1), (0, 2), (1, 0), (1, 2), (2, 0), (2, 1), (2, 2)] {
                alive += cells[(row + SIDE + down - 1) % SIDE * SIDE + (column + SIDE + right - 1) % SIDE];
            }
            let at = row * SIDE + column;
            next[at] = (alive == 3 || alive == 2 && cells[at] != 0) as u8;
        }
    }
}
