//! Writes rows together, which takes fewer round trips to a server than one at a time.

use super::faults_of;
use crate::error::failure::{Error, Result};
use crate::store::Transaction;

/// Writes rows together. If one of them is refused, writes each half together, and so on, to find out which.
///
/// Passes each refused row to `refused`. An error that is not about a row is returned.
pub(super) fn write_batch<Row, Written>(
    transaction: &Transaction<'_>,
    rows: &[Row],
    write: &mut dyn FnMut(&Row) -> Result<Written>,
    refused: &mut dyn FnMut(&Row, Error) -> Result<Written>,
) -> Result<Vec<Written>> {
    let mut work = || rows.iter().map(&mut *write).collect();
    let together = if transaction.rows_per_batch() > 1 { transaction.in_part(&mut work) } else { work() };
    match (together, rows) {
        (Ok(written), _) => Ok(written),
        (Err(error), [row]) => Ok(vec![refused(row, error)?]),
        (Err(error), _) => {
            // Only the refusal of a row is worth another attempt.
            faults_of(error)?;
            let (first, second) = rows.split_at(rows.len() / 2);
            let mut written = write_batch(transaction, first, write, refused)?;
            written.extend(write_batch(transaction, second, write, refused)?);
            Ok(written)
        }
    }
}
