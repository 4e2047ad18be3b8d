//! SQLite's C interface to a file system (<https://www.sqlite.org/c3ref/vfs.html>) over [`Open`]. No decisions here.

use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::mem::size_of;
use std::ptr::{null, null_mut};
use std::slice;
use std::sync::OnceLock;

use rusqlite::ffi;

use crate::VFS;
use crate::open::{Open, delete, exists};

/// What SQLite allocates for an open file; the first member is its own.
#[repr(C)]
struct Slot {
    base: ffi::sqlite3_file,
    /// Owned; null when the file is not open.
    open: *mut Open,
}

const METHODS: ffi::sqlite3_io_methods = ffi::sqlite3_io_methods {
    iVersion: 2,
    xClose: Some(close),
    xRead: Some(read),
    xWrite: Some(write),
    xTruncate: Some(truncate),
    xSync: Some(sync),
    xFileSize: Some(file_size),
    xLock: Some(lock),
    xUnlock: Some(unlock),
    xCheckReservedLock: Some(check_reserved_lock),
    xFileControl: Some(file_control),
    xSectorSize: Some(sector_size),
    xDeviceCharacteristics: Some(device_characteristics),
    xShmMap: Some(shm_map),
    xShmLock: Some(shm_lock),
    xShmBarrier: Some(shm_barrier),
    xShmUnmap: Some(shm_unmap),
    xFetch: None,
    xUnfetch: None,
};

static METHODS_OF_ALL: ffi::sqlite3_io_methods = METHODS;
static REGISTERED: OnceLock<c_int> = OnceLock::new();

/// Makes SQLite know the disks of this process, under [`VFS`]. The second time does nothing.
///
/// # Errors
/// SQLite's code, when it refuses.
pub fn register() -> Result<(), i32> {
    match *REGISTERED.get_or_init(register_once) {
        ffi::SQLITE_OK => Ok(()),
        code => Err(code),
    }
}

fn register_once() -> c_int {
    let Ok(name) = CString::new(VFS) else { return ffi::SQLITE_INTERNAL };
    // SAFETY: asking for the default file system has no conditions; SQLite initialises itself.
    let system = unsafe { ffi::sqlite3_initialize() };
    if system != ffi::SQLITE_OK {
        return system;
    }
    // SAFETY: as above.
    let Some(system) = (unsafe { ffi::sqlite3_vfs_find(null()).as_ref() }) else { return ffi::SQLITE_INTERNAL };
    let vfs = ffi::sqlite3_vfs {
        iVersion: 2,
        szOsFile: c_int::try_from(size_of::<Slot>()).unwrap_or(c_int::MAX),
        mxPathname: 512,
        pNext: null_mut(),
        // Both live as long as the process: SQLite keeps them for ever.
        zName: name.into_raw(),
        pAppData: null_mut(),
        xOpen: Some(open),
        xDelete: Some(delete_file),
        xAccess: Some(access),
        xFullPathname: Some(full_pathname),
        xSleep: Some(sleep),
        ..*system
    };
    // SAFETY: the structure is complete and never freed.
    unsafe { ffi::sqlite3_vfs_register(Box::into_raw(Box::new(vfs)), 0) }
}

fn code_of(result: Result<(), c_int>) -> c_int {
    result.err().unwrap_or(ffi::SQLITE_OK)
}

/// SAFETY of all below: SQLite hands in what its documentation says: a slot that `open` has filled and `close` has not
/// emptied, buffers of the lengths given, names that end in zero.
unsafe fn opened<'a>(file: *mut ffi::sqlite3_file) -> Option<&'a mut Open> {
    unsafe { file.cast::<Slot>().as_mut()?.open.as_mut() }
}

unsafe fn text<'a>(name: *const c_char) -> Option<&'a str> {
    if name.is_null() { None } else { unsafe { CStr::from_ptr(name) }.to_str().ok() }
}

fn position(offset: i64) -> usize {
    usize::try_from(offset).unwrap_or(usize::MAX / 2)
}

fn slots(first: c_int, count: c_int) -> std::ops::Range<usize> {
    let first = usize::try_from(first).unwrap_or(0);
    first..first + usize::try_from(count).unwrap_or(0)
}

unsafe extern "C" fn open(
    _vfs: *mut ffi::sqlite3_vfs,
    name: ffi::sqlite3_filename,
    file: *mut ffi::sqlite3_file,
    flags: c_int,
    out_flags: *mut c_int,
) -> c_int {
    let slot = file.cast::<Slot>();
    let opened = match unsafe { text(name) } {
        Some(path) => Open::named(path, flags),
        None => Ok(Open::scratch()),
    };
    let (pointer, methods, code) = match opened {
        Ok(opened) => (Box::into_raw(Box::new(opened)), &raw const METHODS_OF_ALL, ffi::SQLITE_OK),
        Err(code) => (null_mut(), null(), code),
    };
    unsafe {
        slot.write(Slot { base: ffi::sqlite3_file { pMethods: methods }, open: pointer });
        if let Some(out) = out_flags.as_mut() {
            *out = flags;
        }
    }
    code
}

unsafe extern "C" fn close(file: *mut ffi::sqlite3_file) -> c_int {
    if let Some(slot) = unsafe { file.cast::<Slot>().as_mut() } {
        let open = std::mem::replace(&mut slot.open, null_mut());
        slot.base.pMethods = null();
        if !open.is_null() {
            drop(unsafe { Box::from_raw(open) });
        }
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn read(file: *mut ffi::sqlite3_file, into: *mut c_void, bytes: c_int, offset: i64) -> c_int {
    let Some(open) = (unsafe { opened(file) }) else { return ffi::SQLITE_IOERR_READ };
    let into = unsafe { slice::from_raw_parts_mut(into.cast::<u8>(), usize::try_from(bytes).unwrap_or(0)) };
    match open.read(position(offset), into) {
        Ok(there) if there == into.len() => ffi::SQLITE_OK,
        Ok(there) => {
            into[there..].fill(0);
            ffi::SQLITE_IOERR_SHORT_READ
        }
        Err(code) => code,
    }
}

unsafe extern "C" fn write(file: *mut ffi::sqlite3_file, data: *const c_void, bytes: c_int, offset: i64) -> c_int {
    let Some(open) = (unsafe { opened(file) }) else { return ffi::SQLITE_IOERR_WRITE };
    let data = unsafe { slice::from_raw_parts(data.cast::<u8>(), usize::try_from(bytes).unwrap_or(0)) };
    code_of(open.write(position(offset), data))
}

unsafe extern "C" fn truncate(file: *mut ffi::sqlite3_file, size: i64) -> c_int {
    let Some(open) = (unsafe { opened(file) }) else { return ffi::SQLITE_IOERR_TRUNCATE };
    code_of(open.truncate(position(size)))
}

unsafe extern "C" fn sync(file: *mut ffi::sqlite3_file, _flags: c_int) -> c_int {
    let Some(open) = (unsafe { opened(file) }) else { return ffi::SQLITE_IOERR_FSYNC };
    code_of(open.sync())
}

unsafe extern "C" fn file_size(file: *mut ffi::sqlite3_file, size: *mut i64) -> c_int {
    let Some(open) = (unsafe { opened(file) }) else { return ffi::SQLITE_IOERR_FSTAT };
    code_of(open.size().map(|bytes| {
        if let Some(out) = unsafe { size.as_mut() } {
            *out = i64::try_from(bytes).unwrap_or(i64::MAX);
        }
    }))
}

unsafe extern "C" fn lock(file: *mut ffi::sqlite3_file, level: c_int) -> c_int {
    let Some(open) = (unsafe { opened(file) }) else { return ffi::SQLITE_IOERR_LOCK };
    code_of(open.raise(level))
}

unsafe extern "C" fn unlock(file: *mut ffi::sqlite3_file, level: c_int) -> c_int {
    if let Some(open) = unsafe { opened(file) } {
        open.lower(level);
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn check_reserved_lock(file: *mut ffi::sqlite3_file, out: *mut c_int) -> c_int {
    if let (Some(open), Some(out)) = unsafe { (opened(file), out.as_mut()) } {
        *out = c_int::from(open.reserved());
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn file_control(_file: *mut ffi::sqlite3_file, _op: c_int, _arg: *mut c_void) -> c_int {
    ffi::SQLITE_NOTFOUND
}

unsafe extern "C" fn sector_size(_file: *mut ffi::sqlite3_file) -> c_int {
    c_int::try_from(crate::file::PAGE).unwrap_or(4096)
}

/// As SQLite takes phones to be: a write disturbs no bytes but its own.
unsafe extern "C" fn device_characteristics(_file: *mut ffi::sqlite3_file) -> c_int {
    ffi::SQLITE_IOCAP_POWERSAFE_OVERWRITE
}

unsafe extern "C" fn shm_map(
    file: *mut ffi::sqlite3_file,
    index: c_int,
    bytes: c_int,
    extend: c_int,
    out: *mut *mut c_void,
) -> c_int {
    let (Some(open), Some(out)) = (unsafe { (opened(file), out.as_mut()) }) else { return ffi::SQLITE_IOERR_SHMMAP };
    let size = |number: c_int| usize::try_from(number).unwrap_or(0);
    match open.region(size(index), size(bytes), extend != 0) {
        Ok(region) => {
            *out = region.map_or(null_mut(), <*mut u8>::cast);
            ffi::SQLITE_OK
        }
        Err(code) => code,
    }
}

unsafe extern "C" fn shm_lock(file: *mut ffi::sqlite3_file, first: c_int, count: c_int, flags: c_int) -> c_int {
    let Some(open) = (unsafe { opened(file) }) else { return ffi::SQLITE_IOERR_SHMLOCK };
    if flags & ffi::SQLITE_SHM_UNLOCK != 0 {
        open.give_back_shared(slots(first, count));
        return ffi::SQLITE_OK;
    }
    code_of(open.take_shared(slots(first, count), flags & ffi::SQLITE_SHM_EXCLUSIVE != 0))
}

unsafe extern "C" fn shm_barrier(_file: *mut ffi::sqlite3_file) {
    std::sync::atomic::fence(std::sync::atomic::Ordering::SeqCst);
}

unsafe extern "C" fn shm_unmap(file: *mut ffi::sqlite3_file, _delete: c_int) -> c_int {
    if let Some(open) = unsafe { opened(file) } {
        open.leave_shared();
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn delete_file(_vfs: *mut ffi::sqlite3_vfs, name: *const c_char, sync: c_int) -> c_int {
    let Some(path) = (unsafe { text(name) }) else { return ffi::SQLITE_IOERR_DELETE };
    let deleted = delete(path);
    if deleted.is_ok() && sync != 0 {
        return code_of(crate::open::sync_names(path));
    }
    code_of(deleted)
}

unsafe extern "C" fn access(_vfs: *mut ffi::sqlite3_vfs, name: *const c_char, _flags: c_int, out: *mut c_int) -> c_int {
    let (Some(path), Some(out)) = (unsafe { (text(name), out.as_mut()) }) else { return ffi::SQLITE_IOERR_ACCESS };
    code_of(exists(path).map(|found| *out = c_int::from(found)))
}

unsafe extern "C" fn full_pathname(
    _vfs: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    room: c_int,
    out: *mut c_char,
) -> c_int {
    let name = unsafe { CStr::from_ptr(name) }.to_bytes_with_nul();
    if name.len() > usize::try_from(room).unwrap_or(0) {
        return ffi::SQLITE_CANTOPEN;
    }
    unsafe { std::ptr::copy_nonoverlapping(name.as_ptr().cast(), out, name.len()) };
    ffi::SQLITE_OK
}

/// Nobody else would get on meanwhile: one thread is all there is.
unsafe extern "C" fn sleep(_vfs: *mut ffi::sqlite3_vfs, microseconds: c_int) -> c_int {
    microseconds
}
