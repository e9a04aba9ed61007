#include "sshsync/testing/temp_dir.h"

#include <stdlib.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

#include "absl/strings/str_cat.h"

namespace sshsync {
namespace {

void Require(bool condition, absl::string_view what, absl::string_view path) {
  if (condition) return;
  fprintf(stderr, "TempDir: cannot %s %s\n", std::string(what).c_str(), std::string(path).c_str());
  abort();
}

}  // namespace

TempDir::TempDir() : path_("/tmp/sshsync-XXXXXX") { Require(mkdtemp(path_.data()) != nullptr, "make", path_); }

TempDir::~TempDir() {
  std::error_code ignored;
  // Tests take permissions away; what they left must still go.
  for (std::filesystem::recursive_directory_iterator it(path_, ignored), end; it != end; it.increment(ignored)) {
    if (it->is_directory(ignored) && !it->is_symlink(ignored)) {
      std::filesystem::permissions(it->path(), std::filesystem::perms::owner_all, std::filesystem::perm_options::add,
                                   ignored);
    }
  }
  std::filesystem::remove_all(path_, ignored);
}

std::string TempDir::Path(absl::string_view name) const { return absl::StrCat(path_, "/", name); }

void TempDir::Write(absl::string_view name, absl::string_view content) const {
  const std::string path = Path(name);
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(content.data(), static_cast<std::streamsize>(content.size()));
  file.close();
  Require(file.good(), "write", path);
}

std::string TempDir::Read(absl::string_view name) const {
  const std::string path = Path(name);
  std::ifstream file(path, std::ios::binary);
  Require(file.good(), "read", path);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

bool TempDir::Exists(absl::string_view name) const {
  std::error_code ignored;
  return std::filesystem::exists(std::filesystem::symlink_status(Path(name), ignored));
}

}  // namespace sshsync
