#include "sshsync/digest/hasher.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "sshsync/base/status.h"

namespace sshsync {
namespace {

constexpr absl::string_view kNames[] = {"md5", "sha1", "sha224", "sha256", "sha384", "sha512", "blake2b512"};
constexpr size_t kBlock = size_t{1} << 20;

absl::Status ReadError(int error) {
  return MakeError(error == ENOENT ? Failure::kSourceVanished : Failure::kPermission, strerror(error));
}

}  // namespace

void Hasher::Free::operator()(evp_md_ctx_st* context) const { EVP_MD_CTX_free(context); }

Hasher::Hasher(std::string name, evp_md_ctx_st* context) : name_(std::move(name)), context_(context) {}

absl::Span<const absl::string_view> Hasher::Names() { return kNames; }

absl::StatusOr<Hasher> Hasher::Create(absl::string_view name) {
  if (std::find(std::begin(kNames), std::end(kNames), name) == std::end(kNames)) {
    return MakeError(Failure::kConfig, absl::StrCat("unknown digest `", absl::CHexEscape(name), "`: one of ",
                                                    absl::StrJoin(kNames, ", ")));
  }
  Hasher hasher(std::string(name), EVP_MD_CTX_new());
  const EVP_MD* algorithm = EVP_get_digestbyname(hasher.name_.c_str());
  if (hasher.context_ == nullptr || algorithm == nullptr ||
      EVP_DigestInit_ex(hasher.context_.get(), algorithm, nullptr) != 1) {
    return MakeError(Failure::kConfig, absl::StrCat("this machine's OpenSSL does not offer ", name));
  }
  return hasher;
}

void Hasher::Update(absl::string_view bytes) {
  if (EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) != 1) broken_ = true;
}

Digest Hasher::Finish() {
  unsigned char bytes[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  const bool finished = EVP_DigestFinal_ex(context_.get(), bytes, &size) == 1 && !broken_;
  broken_ = EVP_DigestInit_ex(context_.get(), nullptr, nullptr) != 1;
  if (!finished) return Digest();
  const absl::string_view view(reinterpret_cast<const char*>(bytes), size);
  return Digest::FromHex(absl::BytesToHexString(view)).value_or(Digest());
}

absl::StatusOr<Digest> DigestOfFd(int fd, Hasher& hasher) {
  const auto buffer = std::make_unique_for_overwrite<char[]>(kBlock);
  for (;;) {
    const ssize_t count = read(fd, buffer.get(), kBlock);
    if (count == 0) break;
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) {
      const int error = errno;
      hasher.Finish();
      return ReadError(error);
    }
    hasher.Update({buffer.get(), static_cast<size_t>(count)});
  }
  const Digest digest = hasher.Finish();
  if (digest.empty()) return MakeError(Failure::kInternal, absl::StrCat("OpenSSL failed to compute ", hasher.name()));
  return digest;
}

absl::StatusOr<Digest> DigestOfFile(const std::string& path, Hasher& hasher) {
  // A pipe is opened without waiting for its writer, and then refused.
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (fd < 0) return Annotate(ReadError(errno), path);
  struct stat found;
  const bool regular = fstat(fd, &found) == 0 && S_ISREG(found.st_mode);
  auto digest = regular ? DigestOfFd(fd, hasher) : MakeError(Failure::kPermission, "no regular file");
  close(fd);
  if (!digest.ok()) return Annotate(digest.status(), path);
  return digest;
}

}  // namespace sshsync
