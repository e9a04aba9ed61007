#ifndef SSHSYNC_BINDINGS_CONVERT_H_
#define SSHSYNC_BINDINGS_CONVERT_H_

#include <pybind11/pybind11.h>

#include <cmath>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace sshsync::python {

/// Bytes and texts between the two sides. The engine has bytes everywhere; Python has str. A name of a file travels as
/// Python's own functions of the file system have it (UTF-8, other bytes as lone surrogates), so that it can be handed
/// to `open` and back; a text for people has U+FFFD there. All need the GIL.

inline pybind11::str Decoded(absl::string_view bytes, const char* errors) {
  PyObject* const text = PyUnicode_DecodeUTF8(bytes.data(), static_cast<Py_ssize_t>(bytes.size()), errors);
  if (text == nullptr) throw pybind11::error_already_set();
  return pybind11::reinterpret_steal<pybind11::str>(text);
}

/// Of a name.
inline pybind11::str ToFsStr(absl::string_view bytes) { return Decoded(bytes, "surrogateescape"); }

/// Of a text for people.
inline pybind11::str ToStr(absl::string_view bytes) { return Decoded(bytes, "replace"); }

/// The bytes of a name.
inline std::string BytesOf(const pybind11::str& name) {
  PyObject* const bytes = PyUnicode_AsEncodedString(name.ptr(), "utf-8", "surrogateescape");
  if (bytes == nullptr) throw pybind11::error_already_set();
  return std::string(pybind11::reinterpret_steal<pybind11::bytes>(bytes));
}

/// Seconds as Python has them; infinity both ways.
inline absl::Duration SecondsOf(double seconds) {
  return std::isinf(seconds) ? absl::InfiniteDuration() : absl::Seconds(seconds);
}

}  // namespace sshsync::python

#endif  // SSHSYNC_BINDINGS_CONVERT_H_
