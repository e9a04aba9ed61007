#include "sshsync/plan/listing.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace sshsync {
namespace {

// The part of `path` below one of the roots; a relative path is below it as it is.
bool StripRoot(absl::string_view path, const std::vector<std::string>& roots, absl::string_view* relative) {
  if (!absl::StartsWith(path, "/")) {
    *relative = path;
    absl::ConsumePrefix(relative, "./");
    return true;
  }
  for (const std::string& root : roots) {
    absl::string_view rest = path;
    if (absl::ConsumePrefix(&rest, root) && absl::ConsumePrefix(&rest, "/")) {
      *relative = rest;
      return true;
    }
  }
  return false;
}

}  // namespace

bool IsOurs(absl::string_view path) {
  for (const absl::string_view part : absl::StrSplit(path, '/')) {
    if (part == ".sshsync") return true;
  }
  return false;
}

absl::string_view WhyUnclean(absl::string_view path) {
  if (path.empty()) return "an empty path";
  if (path.find('\0') != absl::string_view::npos) return "a NUL byte; a listing has one path on each line";
  if (absl::EndsWith(path, "/")) return "a folder, not a file";
  for (const absl::string_view part : absl::StrSplit(path, '/')) {
    if (part.empty()) return "an empty component";
    if (part == "." || part == "..") return "a component that is . or ..";
  }
  return "";
}

Listing ParseListing(absl::string_view output, const std::vector<std::string>& roots) {
  Listing listing;
  if (output.empty()) return listing;
  absl::ConsumeSuffix(&output, "\n");
  for (const absl::string_view line : absl::StrSplit(output, '\n')) {
    absl::string_view relative;
    if (!StripRoot(line, roots, &relative)) {
      listing.refused.push_back({std::string(line), "not below the repository"});
    } else if (const absl::string_view why = WhyUnclean(relative); !why.empty()) {
      listing.refused.push_back({std::string(line), std::string(why)});
    } else if (!IsOurs(relative)) {
      listing.paths.emplace_back(relative);
    }
  }
  std::sort(listing.paths.begin(), listing.paths.end());
  for (size_t i = 1; i < listing.paths.size(); ++i) {
    if (listing.paths[i] == listing.paths[i - 1]) listing.refused.push_back({listing.paths[i], "listed twice"});
  }
  listing.paths.erase(std::unique(listing.paths.begin(), listing.paths.end()), listing.paths.end());
  return listing;
}

}  // namespace sshsync
