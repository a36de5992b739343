//! Measures password hashing at the costs of the newest Django: `cargo bench --bench passwords`.

use std::thread;

use authctl::django::passwords::{self, Algorithm, Encoder, Plain, Recipe};
use divan::Bencher;
use divan::counter::ItemsCount;

/// Number of hashes per worker, enough to make a worker's startup time negligible.
const EACH: usize = 8;

fn main() {
    divan::main();
}

fn algorithms() -> impl Iterator<Item = Algorithm> {
    Algorithm::ALL.into_iter().filter(|algorithm| algorithm.makes_hashes())
}

fn recipe(algorithm: Algorithm) -> Recipe {
    Recipe::newest(algorithm).expect("the algorithm cannot create hashes")
}

fn plain() -> Plain {
    Plain::new("correct horse".to_owned())
}

#[divan::bench(args = algorithms(), sample_count = 20)]
fn hash(algorithm: Algorithm) -> passwords::Encoded {
    passwords::hash(&plain(), &recipe(algorithm), &mut rand::rng()).expect("not enough memory")
}

#[divan::bench(args = algorithms(), sample_count = 20)]
fn verify(bencher: Bencher, algorithm: Algorithm) {
    let encoded = hash(algorithm);
    bencher.bench_local(|| passwords::verify(&plain(), encoded.as_str()));
}

/// Throughput of one worker, which does not use several cores for one hash.
#[divan::bench(args = algorithms(), sample_count = 5)]
fn in_bulk_by_one(bencher: Bencher, algorithm: Algorithm) {
    in_bulk(bencher, algorithm, 1);
}

/// Throughput of one worker per core.
#[divan::bench(args = algorithms(), sample_count = 5)]
fn in_bulk_by_all(bencher: Bencher, algorithm: Algorithm) {
    in_bulk(bencher, algorithm, thread::available_parallelism().map_or(1, usize::from));
}

fn in_bulk(bencher: Bencher, algorithm: Algorithm, workers: usize) {
    let work = || {
        let mut encoder = Encoder::worker(&recipe(algorithm)).expect("not enough memory or threads");
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
