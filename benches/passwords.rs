//! What passwords cost at Django's newest costs: `cargo bench --bench passwords`.

use std::thread;

use authctl::django::passwords::{self, Algorithm, Encoder, Plain, Recipe};
use divan::Bencher;
use divan::counter::ItemsCount;

/// Hashes that each worker makes, enough for its start not to count.
const EACH: usize = 8;

fn main() {
    divan::main();
}

fn algorithms() -> impl Iterator<Item = Algorithm> {
    Algorithm::ALL.into_iter().filter(|algorithm| algorithm.makes_hashes())
}

fn recipe(algorithm: Algorithm) -> Recipe {
    Recipe::newest(algorithm).expect("an algorithm that makes hashes")
}

fn plain() -> Plain {
    Plain::new("correct horse".to_owned())
}

#[divan::bench(args = algorithms(), sample_count = 20)]
fn hash(algorithm: Algorithm) -> passwords::Encoded {
    passwords::hash(&plain(), &recipe(algorithm), &mut rand::rng()).expect("memory")
}

#[divan::bench(args = algorithms(), sample_count = 20)]
fn verify(bencher: Bencher, algorithm: Algorithm) {
    let encoded = hash(algorithm);
    bencher.bench_local(|| passwords::verify(&plain(), encoded.as_str()));
}

/// Hashes a second with one worker, which does not use all cores for one hash.
#[divan::bench(args = algorithms(), sample_count = 5)]
fn in_bulk_by_one(bencher: Bencher, algorithm: Algorithm) {
    in_bulk(bencher, algorithm, 1);
}

/// Hashes a second with a worker for each core.
#[divan::bench(args = algorithms(), sample_count = 5)]
fn in_bulk_by_all(bencher: Bencher, algorithm: Algorithm) {
    in_bulk(bencher, algorithm, thread::available_parallelism().map_or(1, usize::from));
}

fn in_bulk(bencher: Bencher, algorithm: Algorithm, workers: usize) {
    let work = || {
        let mut encoder = Encoder::worker(&recipe(algorithm)).expect("memory and a thread");
        for _ in 0..EACH {
            divan::black_box(encoder.encode(&plain(), &mut rand::rng()));
        }
    };
    bencher.counter(ItemsCount::new(workers * EACH)).bench_local(|| {
        thread::scope(|scope| {
            for _ in 0..workers {
                scope.spawn(work);
            }
        });
    });
}
