#include <pybind11/stl.h>

#include <string>
#include <vector>

#include "absl/strings/str_split.h"
#include "bindings/bindings.h"
#include "bindings/convert.h"
#include "bindings/exceptions.h"
#include "bindings/gil.h"
#include "sshsync/digest/digest.h"
#include "sshsync/digest/hasher.h"

namespace sshsync::python {
namespace {

namespace py = pybind11;
using namespace py::literals;

// Below that the GIL costs more than the digest.
constexpr size_t kLong = size_t{64} << 10;

void Update(Hasher& self, const py::buffer& bytes) {
  const py::buffer_info info = bytes.request();
  const absl::string_view view(static_cast<const char*>(info.ptr), static_cast<size_t>(info.size * info.itemsize));
  if (view.size() < kLong) return self.Update(view);
  Computing([&] { self.Update(view); });
}

std::string OfFile(const py::str& path, const std::string& name) {
  Hasher hasher = ValueOrRaise(Hasher::Create(name));
  const std::string bytes = BytesOf(path);
  return ValueOrRaise(Computing([&] { return DigestOfFile(bytes, hasher); })).text();
}

// The digests of many files, in their order; None for one that cannot be read.
py::list OfFiles(const std::vector<py::str>& paths, const std::string& name) {
  Hasher hasher = ValueOrRaise(Hasher::Create(name));
  std::vector<std::string> files, digests;
  for (const py::str& path : paths) files.push_back(BytesOf(path));
  Computing([&] {
    for (const std::string& file : files) {
      const auto digest = DigestOfFile(file, hasher);
      digests.push_back(digest.ok() ? digest->text() : "");
    }
  });
  py::list result;
  for (const std::string& digest : digests)
    result.append(digest.empty() ? py::object(py::none()) : py::object(py::str(digest)));
  return result;
}

// The text as a host's answer is read, and its kind; None for what is no digest.
py::object Read(const std::string& text) {
  absl::optional<Digest> digest = Digest::FromHex(text);
  if (!digest) {
    const std::vector<std::string> words = absl::StrSplit(text, ' ');
    if (words.size() == 2) digest = Digest::FromCrc(words[0], words[1]);
  }
  if (!digest) return py::none();
  return py::make_tuple(digest->text(), digest->kind());
}

}  // namespace

void BindDigest(py::module_& module) {
  module.def("read_digest", &Read, "text"_a);
  module.def("digest_names", [] {
    py::list names;
    for (const absl::string_view name : Hasher::Names()) names.append(ToFsStr(name));
    return py::tuple(names);
  });
  module.def("digest_of_file", &OfFile, "path"_a, "name"_a);
  module.def("digests_of_files", &OfFiles, "paths"_a, "name"_a);
  py::class_<Hasher>(module, "Hasher")
      .def(py::init([](const std::string& name) { return ValueOrRaise(Hasher::Create(name)); }), "name"_a)
      .def_property_readonly("name", &Hasher::name)
      .def("update", &Update, "bytes"_a)
      .def("finish", [](Hasher& self) { return self.Finish().text(); });
}

}  // namespace sshsync::python
