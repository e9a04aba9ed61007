#ifndef SSHSYNC_BINDINGS_EXCEPTIONS_H_
#define SSHSYNC_BINDINGS_EXCEPTIONS_H_

#include <pybind11/pybind11.h>

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace sshsync::python {

/// Statuses to exceptions and back: the only place that knows both. Which class a failure becomes is a column of the
/// table of failures (base/status.h); the classes themselves are written in Python (sshsync/errors.py). All functions
/// need the GIL.

/// Throws the exception of an error.
[[noreturn]] void Raise(const absl::Status& status);

inline void RaiseIfError(const absl::Status& status) {
  if (!status.ok()) Raise(status);
}

/// The value, or the exception.
template <class T>
T ValueOrRaise(absl::StatusOr<T> value) {
  if (!value.ok()) Raise(value.status());
  return *std::move(value);
}

/// What an exception that Python code threw is for the engine: one of ours its failure, a ConnectionError kUnreachable,
/// a TimeoutError kTimeout, a PermissionError kPermission, a FileNotFoundError kCommandNotFound, everything else
/// kInternal.
absl::Status StatusOf(const pybind11::error_already_set& error);

/// Adds `failures()` to the module: the table, a tuple for each row.
void BindFailures(pybind11::module_& module);

}  // namespace sshsync::python

#endif  // SSHSYNC_BINDINGS_EXCEPTIONS_H_
