#ifndef SSHSYNC_DIGEST_HASHER_H_
#define SSHSYNC_DIGEST_HASHER_H_

#include <concepts>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "sshsync/digest/digest.h"

struct evp_md_ctx_st;

namespace sshsync {

/// What computes a digest, as the class it expects:
///
///     void Update(absl::string_view bytes);   // as often as there are bytes
///     Digest Finish();                        // of all bytes since the last Finish; then starts anew
///
/// Threads: one at a time.
template <class D>
concept Digester = requires(D& digester, absl::string_view bytes) {
  { digester.Update(bytes) } -> std::same_as<void>;
  { digester.Finish() } -> std::same_as<Digest>;
};

/// Digests of OpenSSL, by the names that the configuration uses. One object serves any number of digests, one after the
/// other, and allocates nothing between them: with 100,000 small files the allocation would cost more than the digest.
/// A failure of the library after construction is a lack of memory or a bug; it ends in an empty digest, which equals
/// no other kind. Threads: one at a time.
///
///     auto hasher = Hasher::Create("sha256");
///     hasher->Update("abc");
///     hasher->Finish().text() == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
class Hasher {
 public:
  /// kConfig for a name that is not in `Names`, or that this machine's policy forbids (md5 under FIPS).
  static absl::StatusOr<Hasher> Create(absl::string_view name);

  /// md5, sha1, sha224, sha256, sha384, sha512, blake2b512.
  static absl::Span<const absl::string_view> Names();

  void Update(absl::string_view bytes);
  Digest Finish();

  /// Where `Create` took it from.
  const std::string& name() const { return name_; }

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const;
  };

  Hasher(std::string name, evp_md_ctx_st* context);

  std::string name_;
  std::unique_ptr<evp_md_ctx_st, Free> context_;
  bool broken_ = false;
};
static_assert(Digester<Hasher>);

/// The digest of what `fd` holds from its current position to its end, read in blocks of 1 MiB.
/// kPermission with the reason where it cannot be read.
absl::StatusOr<Digest> DigestOfFd(int fd, Hasher& hasher);

/// The digest of a file. kSourceVanished where there is none, kPermission where it cannot be read or is no regular
/// file.
absl::StatusOr<Digest> DigestOfFile(const std::string& path, Hasher& hasher);

}  // namespace sshsync

#endif  // SSHSYNC_DIGEST_HASHER_H_
