#ifndef SSHSYNC_TEXT_NEAREST_H_
#define SSHSYNC_TEXT_NEAREST_H_

#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "absl/types/span.h"

namespace sshsync {

/// Did you mean: the candidate that the fewest typing errors turn into `word`, for messages about unknown options, keys
/// and names. An error is a letter too many, missing, wrong, or swapped with its neighbour (Damerau and Levenshtein,
/// optimal string alignment); upper and lower case are the same letter. Nothing where that takes more than one error
/// for every three letters: a far-fetched guess is worse than none. Of equals the first wins.
///
///     Nearest("FLIE", {"REPO", "FILE"}) == "FILE";
absl::optional<std::string> Nearest(absl::string_view word, absl::Span<const absl::string_view> candidates);

}  // namespace sshsync

#endif  // SSHSYNC_TEXT_NEAREST_H_
