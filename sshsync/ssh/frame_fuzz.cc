// Any bytes from a host, cut in any way: no crash, memory below a mark, and an answer that does not depend on how the
// bytes arrived.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "sshsync/host/record_script.h"
#include "sshsync/ssh/frame.h"

namespace sshsync {
namespace {

constexpr char kLabel[] = "ab-1";

struct Decoded {
  bool failed = false;
  absl::optional<int> number;
  std::string payload;
};

void Expect(bool holds) {
  if (!holds) abort();
}

Decoded Decode(absl::string_view stream, FrameDecoder::Stream which, size_t step) {
  Decoded decoded;
  FrameDecoder decoder(kLabel, which);
  for (size_t i = 0; i < stream.size() && !decoded.failed; i += step) {
    decoded.failed = !decoder
                          .Feed(stream.substr(i, step),
                                [&](absl::string_view bytes) {
                                  Expect(!bytes.empty());
                                  decoded.payload.append(bytes.data(), bytes.size());
                                  return absl::OkStatus();
                                })
                          .ok();
  }
  decoded.number = decoder.number();
  return decoded;
}

void OneStream(absl::string_view stream, FrameDecoder::Stream which, size_t step) {
  const Decoded whole = Decode(stream, which, stream.size() + 1);
  const Decoded pieces = Decode(stream, which, step);
  Expect(whole.failed == pieces.failed);
  Expect(whole.payload == pieces.payload);
  Expect(absl::StartsWith(stream, whole.payload));
  const std::string mark = absl::StrCat(which == FrameDecoder::kErr ? "\n" : "", kLabel, " ");
  Expect(!absl::StrContains(whole.payload, mark));
  if (whole.failed) return;
  Expect(whole.number == pieces.number);
  if (whole.number) {
    Expect(absl::StartsWith(stream.substr(whole.payload.size()), mark));
  } else {
    Expect(stream.size() - whole.payload.size() <= mark.size() + 10);
  }
}

std::vector<std::string> Records(absl::string_view stream, size_t step) {
  std::vector<std::string> records;
  RecordReader reader(kLabel, 1000);
  for (size_t i = 0; i < stream.size(); i += step) {
    const absl::Status status = reader.Feed(stream.substr(i, step), [&](Record record) {
      Expect(absl::StrContains(stream, record.output));
      records.push_back(absl::StrCat(record.label, " ", record.status, " ", record.output));
      return absl::OkStatus();
    });
    if (!status.ok()) break;
  }
  return records;
}

// Of a stream without too large an answer, which is noticed at another place.
void OneSession(absl::string_view stream, size_t step) {
  if (stream.size() < 1000) Expect(Records(stream, stream.size() + 1) == Records(stream, step));
  Records(stream, step);
}

}  // namespace
}  // namespace sshsync

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  const size_t step = 1 + data[0] % 16;
  // A byte that the fuzzer easily makes stands for what it would hardly find.
  const std::string stream = absl::StrReplaceAll(absl::string_view(reinterpret_cast<const char*>(data) + 1, size - 1),
                                                 {{"@", sshsync::kLabel}, {"!", "\nab-1 0\n"}});
  sshsync::OneStream(stream, sshsync::FrameDecoder::kOut, step);
  sshsync::OneStream(stream, sshsync::FrameDecoder::kErr, step);
  sshsync::OneSession(stream, step);
  return 0;
}
