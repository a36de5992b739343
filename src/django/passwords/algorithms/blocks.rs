//! The memory of Argon2: mapped, in huge pages where the system supports them, and wiped on drop.
//!
//! Argon2 reads its memory at random addresses. With 4 KiB pages, it spends most of its time on page lookups. With
//! huge pages, a hash of 100 MiB takes half as long. The allocator does not provide huge pages.

use std::io;

use ::argon2::Block;
use memmap2::MmapMut;

/// Memory for the blocks of one hash at a time. `None` for zero blocks.
pub struct Blocks(Option<MmapMut>);

// The cast below is only sound if blocks have no padding.
const _: () = assert!(size_of::<Block>() == Block::SIZE && !std::mem::needs_drop::<Block>());

impl Blocks {
    /// Maps memory for `count` blocks of 1 KiB. The system allocates a page when it is first written.
    pub fn new(count: usize) -> io::Result<Self> {
        if count == 0 {
            return Ok(Self(None));
        }
        let map = MmapMut::map_anon(count * Block::SIZE).map_err(|error| {
            io::Error::new(error.kind(), format!("cannot allocate {count} KiB for Argon2: {error}"))
        })?;
        // Failure is harmless: without huge pages, a hash only takes longer.
        #[cfg(target_os = "linux")]
        let _ = map.advise(memmap2::Advice::HugePage);
        Ok(Self(Some(map)))
    }
}

impl AsMut<[Block]> for Blocks {
    #[expect(unsafe_code, reason = "no crate lends mapped memory as Argon2's blocks")]
    fn as_mut(&mut self) -> &mut [Block] {
        let bytes = self.0.as_deref_mut().unwrap_or_default();
        // SAFETY: `align_to_mut` returns the aligned middle and keeps the length and lifetime of the borrow. It
        // remains to show that bytes are valid `Block`s and `Block`s are valid bytes. A `Block` wraps `[u64; 128]`,
        // so every bit pattern is valid. It has the size of that array, as asserted above, so it has no padding,
        // and writing it leaves initialized bytes. The map is private and not backed by a file, so nothing else
        // changes it during this borrow.
        let (before, blocks, after) = unsafe { bytes.align_to_mut::<Block>() };
        debug_assert!(before.is_empty() && after.is_empty(), "pages are aligned better than blocks");
        blocks
    }
}

impl Drop for Blocks {
    /// Wipes the memory. With its contents, an attacker could test passwords at almost no cost.
    fn drop(&mut self) {
        if let Some(map) = &mut self.0 {
            map.fill(0);
            zeroize::optimization_barrier(&map[..]);
        }
    }
}
