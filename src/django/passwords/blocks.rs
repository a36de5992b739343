//! The memory that Argon2 fills: mapped, in huge pages where the system has them, and wiped at the end.
//!
//! Argon2 reads all over its memory, and with pages of 4 KiB most of its time goes into finding them: in huge pages
//! a hash of 100 MiB takes half as long. The allocator gives no such pages, so the memory is mapped here.

use std::io;

use ::argon2::Block;
use memmap2::MmapMut;

/// Memory for the blocks of one hash at a time.
pub(super) struct Blocks(MmapMut);

// What makes the cast below sound: bytes without padding, whatever the crate makes of its type.
const _: () = assert!(size_of::<Block>() == Block::SIZE && !std::mem::needs_drop::<Block>());

impl Blocks {
    /// Maps memory for so many blocks of 1 KiB; what is never written costs nothing.
    ///
    /// # Errors
    /// When the system gives no such memory.
    pub(super) fn new(count: usize) -> io::Result<Self> {
        let map = MmapMut::map_anon(count * Block::SIZE).map_err(|error| {
            io::Error::new(error.kind(), format!("Argon2's {count} KiB of memory cannot be had: {error}"))
        })?;
        // Where the system has no huge pages, a hash takes longer, and that is all.
        #[cfg(target_os = "linux")]
        let _ = map.advise(memmap2::Advice::HugePage);
        Ok(Self(map))
    }
}

impl AsMut<[Block]> for Blocks {
    #[expect(unsafe_code, reason = "no crate lends mapped memory as Argon2's blocks")]
    fn as_mut(&mut self) -> &mut [Block] {
        // SAFETY: `align_to_mut` finds the aligned middle by itself and keeps the borrow's length and lifetime, so all
        // that is left to show is that bytes may be read as `Block`s and `Block`s be written as bytes. A `Block` is a
        // wrapper of `[u64; 128]`: each pattern of bits is a value of it. It is as large as that array, as asserted
        // above, so none of its bytes is padding, and what is written through it leaves bytes that are initialised.
        // The map is private to this process and not backed by a file, so nobody changes it beside this borrow.
        let (before, blocks, after) = unsafe { self.0.align_to_mut::<Block>() };
        debug_assert!(before.is_empty() && after.is_empty(), "pages are aligned better than blocks");
        blocks
    }
}

impl Drop for Blocks {
    /// Wipes the memory before it is unmapped: whoever had it could try passwords at next to no cost.
    fn drop(&mut self) {
        self.0.fill(0);
        zeroize::optimization_barrier(&self.0[..]);
    }
}
