// Package faultydisk breaks the disk under SQLite, for tests: from then on writes find
// no room, or fail, or are never known to be on disk.
package faultydisk

import (
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"unsafe"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// Fault is what is wrong with the disk.
type Fault string

// The faults.
const (
	None  Fault = ""
	Full  Fault = "full"  // no room for another byte
	Write Fault = "write" // writing fails (EIO)
	Sync  Fault = "sync"  // fsync fails, and what was written before may be on disk or not
)

var (
	now     atomic.Value // Fault
	follows atomic.Value // the path of a file that names it instead
	install sync.Once
	methods sync.Map // of the engine's own files → of files on this disk
	opens   uintptr  // the engine's own xOpen
)

// Be makes the disk faulty, or whole again, under all files that are opened after the
// first call.
func Be(fault Fault) {
	install.Do(wrap)
	now.Store(fault)
}

// Follow does as the file at path says, whenever it says something else: so a test
// breaks the disk under another process.
func Follow(path string) {
	install.Do(wrap)
	follows.Store(path)
}

func is(fault Fault) bool {
	if path, _ := follows.Load().(string); path != "" {
		text, err := os.ReadFile(path)
		return err == nil && Fault(strings.TrimSpace(string(text))) == fault
	}
	current, _ := now.Load().(Fault)
	return current == fault
}

// wrap puts our function in the place of the one by which the engine opens files.
func wrap() {
	tls := libc.NewTLS()
	vfs := (*sqlite3.Tsqlite3_vfs)(at(sqlite3.Xsqlite3_vfs_find(tls, 0)))
	opens = vfs.FxOpen
	vfs.FxOpen = pointer(open)
}

// open opens a file as the engine does, and gives it our ways to write and to sync.
func open(tls *libc.TLS, vfs, name, file uintptr, flags int32, out uintptr) int32 {
	rc := function[func(*libc.TLS, uintptr, uintptr, uintptr, int32, uintptr) int32](opens)(tls, vfs, name, file, flags, out)
	f := (*sqlite3.Tsqlite3_file)(at(file))
	if rc != sqlite3.SQLITE_OK || f.FpMethods == 0 {
		return rc
	}
	ours, known := methods.Load(f.FpMethods)
	if !known {
		own := *(*sqlite3.Tsqlite3_io_methods)(at(f.FpMethods))
		changed := own
		changed.FxWrite = pointer(func(tls *libc.TLS, file, from uintptr, n int32, where int64) int32 {
			if is(Full) {
				return sqlite3.SQLITE_FULL
			}
			if is(Write) {
				return sqlite3.SQLITE_IOERR_WRITE
			}
			return function[func(*libc.TLS, uintptr, uintptr, int32, int64) int32](own.FxWrite)(tls, file, from, n, where)
		})
		changed.FxSync = pointer(func(tls *libc.TLS, file uintptr, flags int32) int32 {
			if is(Sync) {
				return sqlite3.SQLITE_IOERR_FSYNC
			}
			return function[func(*libc.TLS, uintptr, int32) int32](own.FxSync)(tls, file, flags)
		})
		memory := libc.Xmalloc(tls, libc.Tsize_t(unsafe.Sizeof(changed)))
		*(*sqlite3.Tsqlite3_io_methods)(at(memory)) = changed
		ours, _ = methods.LoadOrStore(f.FpMethods, memory)
	}
	f.FpMethods = ours.(uintptr)
	return rc
}

// at is the memory of the engine at an address, which Go's collector does not move.
func at(address uintptr) unsafe.Pointer { return *(*unsafe.Pointer)(unsafe.Pointer(&address)) }

// kept holds the functions that the engine was given, so that they are not collected.
var kept sync.Map

// pointer is a Go function as the engine calls it, which was translated from C to Go.
func pointer[F any](f F) uintptr {
	p := *(*uintptr)(unsafe.Pointer(&f))
	kept.Store(p, f)
	return p
}

// function is the opposite.
func function[F any](p uintptr) F { return *(*F)(unsafe.Pointer(&p)) }
