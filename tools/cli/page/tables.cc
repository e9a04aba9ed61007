#include "tools/cli/page/tables.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "sshsync/base/status.h"
#include "sshsync/record/report/event_log.h"
#include "tools/cli/page/markup.h"

namespace sshsync::page {
namespace {

constexpr size_t kShownNames = 8, kMostNames = 500, kSlowest = 10, kMostHops = 40, kLongNumber = 24;
constexpr ptrdiff_t kMostGroups = 20;

/// The command and its output, where there are any.
std::string Remote(absl::string_view command, absl::string_view output, int exit_status) {
  std::string text;
  if (!command.empty())
    absl::StrAppend(&text, "<p class=\"command\"><span class=\"quiet\">ran</span> <code>", Text(command), "</code>");
  if (!command.empty() && exit_status != 0)
    absl::StrAppend(&text, " <span class=\"quiet\">exit status ", exit_status, "</span>");
  if (!command.empty()) text += "</p>\n";
  const std::string lines = Lines(output);
  if (!lines.empty()) absl::StrAppend(&text, "<pre tabindex=\"0\">", lines, "</pre>\n");
  return text;
}

std::string Hint(Failure failure) {
  const absl::string_view hint = InfoOf(failure).hint;
  return failure == Failure::kNone || hint.empty() ? "" : absl::StrCat("<p class=\"hint\">", Text(hint), "</p>\n");
}

std::string Message(absl::string_view message, Failure failure) {
  return Text(message.empty() && failure != Failure::kNone ? InfoOf(failure).name : message);
}

/// A message without what is a single file's: its name, and the long numbers of attempts and digests.
std::string Pattern(absl::string_view text, absl::string_view path) {
  const absl::string_view base = path.substr(path.rfind('/') == absl::string_view::npos ? 0 : path.rfind('/') + 1);
  std::string general = base.empty() ? std::string(text) : absl::StrReplaceAll(text, {{path, "*"}, {base, "*"}}),
              result;
  for (size_t i = 0; i < general.size();) {
    size_t end = i;
    while (end < general.size() &&
           (absl::ascii_isxdigit(static_cast<unsigned char>(general[end])) || general[end] == '-'))
      ++end;
    if (end - i < kLongNumber) end = std::max(end, i + 1);
    absl::StrAppend(&result, end - i < kLongNumber ? general.substr(i, end - i) : "*");
    i = end;
  }
  return result;
}

/// Files of one repository that failed alike.
struct Alike {
  const FileOutcome* first = nullptr;
  std::vector<const FileOutcome*> files;
};

std::vector<Alike> AlikeOf(const RepositoryReport& report) {
  std::vector<Alike> groups;
  std::map<std::tuple<Failure, std::string, std::string>, size_t> paths;
  for (const FileOutcome& file : report.files) {
    if (file.failure == Failure::kNone) continue;
    const auto [place, is_new] = paths.try_emplace(
        {file.failure, Pattern(file.message, file.path), Pattern(file.output, file.path)}, groups.size());
    if (is_new) groups.push_back({.first = &file});
    groups[place->second].files.push_back(&file);
  }
  return groups;
}

std::string Names(const std::vector<const FileOutcome*>& files) {
  std::string names, more;
  for (size_t i = 0; i < std::min(files.size(), kMostNames); ++i) {
    std::string& list = i < kShownNames ? names : more;
    absl::StrAppend(
        &list, "<li><code>", Name(files[i]->path), "</code>",
        files[i]->attempts > 1 ? absl::StrCat(" <span class=\"quiet\">", files[i]->attempts, " tries</span>") : "",
        "</li>");
  }
  if (files.size() > kMostNames)
    absl::StrAppend(&more, "<li>and ", Count(static_cast<int64_t>(files.size() - kMostNames)), " more</li>");
  std::string text = absl::StrCat("<ul class=\"names\">", names, "</ul>\n");
  if (!more.empty()) {
    absl::StrAppend(&text, "<details><summary>", Count(static_cast<int64_t>(files.size() - kShownNames)),
                    " more</summary><ul class=\"names\">", more, "</ul></details>\n");
  }
  return text;
}

std::string FailureOfHop(const HopFacts& hop) {
  const RepositoryReport& report = *hop.report;
  std::string text = absl::StrCat("<article class=\"", hop.kind, "\">\n<h3>", Mark(hop.kind), " ", Name(report.name),
                                  " <span class=\"state\">", hop.state, "</span>");
  if (!report.parent.empty()) absl::StrAppend(&text, " <span class=\"quiet\">from ", Name(report.parent), "</span>");
  text += "</h3>\n";
  if (report.failure != Failure::kNone || !report.message.empty()) {
    absl::StrAppend(&text, "<p class=\"message\">", Message(report.message, report.failure), "</p>\n",
                    Hint(report.failure), Remote(report.command, report.output, 0));
  }
  const std::vector<Alike> groups = AlikeOf(report);
  for (const Alike& alike : groups) {
    if (&alike - groups.data() == kMostGroups) {
      absl::StrAppend(&text, "<p class=\"quiet\">", Count(static_cast<int64_t>(groups.size()) - kMostGroups),
                      " more kinds of failure: sshsync log has them all.</p>\n");
      break;
    }
    absl::StrAppend(&text, "<div class=\"alike\">\n", "<p class=\"message\">",
                    Message(alike.first->message, alike.first->failure), "</p>\n", Hint(alike.first->failure),
                    Names(alike.files), Remote(alike.first->command, alike.first->output, alike.first->exit_status),
                    "</div>\n");
  }
  return absl::StrCat(text, "</article>\n");
}

bool SaysWhy(const HopFacts& hop) {
  const RepositoryReport& report = *hop.report;
  return report.failure != Failure::kNone || !report.message.empty() ||
         std::any_of(report.files.begin(), report.files.end(),
                     [](const FileOutcome& file) { return file.failure != Failure::kNone; });
}

/// A file with its ranges, or a batch.
struct Moved {
  const MovedBlock* first = nullptr;
  absl::Time began, ended;
  int64_t files = 0, bytes = 0;
  absl::Duration took() const { return ended - began; }
};

std::vector<Moved> SlowestOf(const RunFacts& facts) {
  std::vector<Moved> all;
  for (const HopFacts& hop : facts.hops) {
    std::map<absl::string_view, size_t> paths;
    for (const MovedBlock* block : hop.blocks) {
      const bool single = block->files <= 1 && !block->path.empty();
      const auto found = single ? paths.find(block->path) : paths.end();
      if (found == paths.end()) {
        if (single) paths[block->path] = all.size();
        all.push_back({block, block->began, block->ended, block->files, block->bytes});
      } else {
        Moved& moved = all[found->second];
        moved.ended = std::max(moved.ended, block->ended);
        moved.bytes += block->bytes;
      }
    }
  }
  std::stable_sort(all.begin(), all.end(), [](const Moved& a, const Moved& b) { return a.took() > b.took(); });
  if (all.size() > kSlowest) all.resize(kSlowest);
  return all;
}

std::string Cell(absl::string_view text, absl::string_view style = "number") {
  return absl::StrCat("<td class=\"", style, "\">", text, "</td>");
}

std::string Number(int64_t count) { return count == 0 ? "<span class=\"quiet\">–</span>" : Count(count); }

}  // namespace

std::string FailuresSection(const RunFacts& facts) {
  std::vector<const HopFacts*> hops;
  for (const HopFacts& hop : facts.hops) {
    if (hop.kind != "well" && SaysWhy(hop)) hops.push_back(&hop);
  }
  if (hops.empty()) return "";
  // What waits for something else says less than what failed by itself.
  std::stable_partition(hops.begin(), hops.end(), [](const HopFacts* hop) { return hop->kind != "held"; });
  std::string text;
  for (size_t i = 0; i < std::min(hops.size(), kMostHops); ++i) text += FailureOfHop(*hops[i]);
  if (hops.size() > kMostHops) {
    absl::StrAppend(&text, "<p class=\"quiet\">", Count(static_cast<int64_t>(hops.size() - kMostHops)),
                    " more did not end well; sshsync log has them all.</p>\n");
  }
  return absl::StrCat("<section aria-labelledby=\"failures\">\n<h2 id=\"failures\">What went wrong</h2>\n", text,
                      "</section>\n");
}

std::string SlowestSection(const RunFacts& facts) {
  std::string rows;
  for (const Moved& moved : SlowestOf(facts)) {
    std::string what = moved.first->path.empty() ? Files(moved.files)
                                                 : absl::StrCat("<code title=\"", Name(moved.first->path), "\">",
                                                                ShortName(moved.first->path, 52), "</code>");
    if (!moved.first->path.empty() && moved.files > 1)
      absl::StrAppend(&what, " <span class=\"quiet\">and ", Count(moved.files - 1), " more</span>");
    absl::StrAppend(&rows, "<tr><td class=\"path\">", what, "</td><td>", Name(moved.first->repository), "</td>",
                    Cell(Duration(moved.took())), Cell(HumanBytes(moved.bytes)),
                    Cell(Rate(moved.bytes, moved.took()), "number lesser"), "</tr>\n");
  }
  if (rows.empty()) return "";
  return absl::StrCat(
      "<section aria-labelledby=\"slowest\">\n<h2 id=\"slowest\">What took longest</h2>\n<div "
      "class=\"scroll\"><table><thead><tr><th>File</th><th>To</th>"
      "<th class=\"number\">Took</th><th class=\"number\">Moved</th><th class=\"number "
      "lesser\">Rate</th></tr></thead><tbody>\n",
      rows, "</tbody></table></div>\n</section>\n");
}

std::string HopsSection(const RunFacts& facts) {
  std::string rows;
  for (const HopFacts& hop : facts.hops) {
    const RepositoryReport& report = *hop.report;
    absl::StrAppend(&rows, "<tr class=\"", hop.kind, "\"><th scope=\"row\">", Name(report.name),
                    "</th><td class=\"lesser\">", Name(report.parent), "</td><td class=\"lesser\">", Name(report.host),
                    "</td><td class=\"state\">", Mark(hop.kind), " ", hop.state, "</td>",
                    Cell(Number(report.copied + report.replaced)), Cell(Number(report.deleted), "number lesser"),
                    Cell(Number(report.failed)), Cell(Number(report.kept), "number lesser"),
                    Cell(report.bytes > 0 ? HumanBytes(report.bytes) : "<span class=\"quiet\">–</span>"),
                    Cell(hop.moved > 0 ? HumanBytes(hop.moved) : "<span class=\"quiet\">–</span>", "number lesser"),
                    Cell(Duration(hop.took)), Cell(Rate(hop.moved, hop.moving), "number lesser"), "</tr>\n");
  }
  if (rows.empty()) return "";
  return absl::StrCat(
      "<section aria-labelledby=\"hops\">\n<h2 id=\"hops\">Hops</h2>\n<div "
      "class=\"scroll\"><table><thead><tr><th>Repository</th><th class=\"lesser\">From</th>"
      "<th class=\"lesser\">Host</th><th>State</th><th class=\"number\">Files</th><th class=\"number "
      "lesser\">Deleted</th>"
      "<th class=\"number\">Failed</th><th class=\"number lesser\">Kept</th><th class=\"number\">Content</th><th "
      "class=\"number lesser\">Moved</th>"
      "<th class=\"number\">Took</th><th class=\"number lesser\">Rate</th></tr></thead><tbody>\n",
      rows, "</tbody></table></div>\n</section>\n");
}

}  // namespace sshsync::page
