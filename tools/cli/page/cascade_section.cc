#include "tools/cli/page/cascade_section.h"

#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sshsync/record/report/event_log.h"
#include "tools/cli/page/markup.h"

namespace sshsync::page {
namespace {

constexpr size_t kGrouped = 8;

/// What one card shows.
struct Card {
  std::string name;   // markup
  std::string title;  // markup: the name in full
  absl::string_view kind = "source";
  std::string state = "source", took, bytes, rate;
  size_t level = 0;
  double row = 0;   // in rows of leaves
  size_t line = 0;  // in order of drawing
  int parent = -1;
};

Card CardOf(const HopFacts& hop) {
  const std::string name = hop.report->name;
  Card card{.name = ShortName(name, 24), .title = Name(name), .kind = hop.kind, .state = hop.state};
  if (!hop.report->host.empty()) absl::StrAppend(&card.title, " on ", Name(hop.report->host));
  if (hop.report->failed > 0) absl::StrAppend(&card.state, ", ", Files(hop.report->failed));
  card.took = Duration(hop.took);
  card.bytes = hop.moved > 0 ? HumanBytes(hop.moved) : hop.kind == "well" ? "nothing to move" : "nothing moved";
  card.rate = Rate(hop.moved, hop.moving);
  return card;
}

Card GroupOf(const std::vector<const HopFacts*>& hops) {
  Card card{.kind = hops[0]->kind, .state = hops[0]->state};
  card.name = absl::StrCat(Count(static_cast<int64_t>(hops.size())), " repositories");
  card.title = absl::StrCat(Name(hops.front()->report->name), " … ", Name(hops.back()->report->name));
  int64_t bytes = 0;
  absl::Duration took, moving;
  for (const HopFacts* hop : hops) {
    bytes += hop->moved;
    if (hop->took != absl::InfiniteDuration()) took = std::max(took, hop->took);
    if (hop->moving != absl::InfiniteDuration()) moving += hop->moving;
  }
  card.took = took > absl::ZeroDuration() ? absl::StrCat("up to ", Duration(took)) : "–";
  card.bytes = bytes > 0 ? HumanBytes(bytes) : card.kind == "well" ? "nothing to move" : "nothing moved";
  card.rate = bytes > 0 ? absl::StrCat(Rate(bytes, moving), " each") : "–";
  return card;
}

/// Places the cards of a run: parents before children, siblings in the order of the queue.
class Tree {
 public:
  explicit Tree(const RunFacts& facts) {
    for (const HopFacts& hop : facts.hops) hops_[hop.report->name] = &hop;
    std::vector<std::string> roots;
    for (const HopFacts& hop : facts.hops) {
      const std::string& parent = hop.report->parent;
      std::vector<std::string>& siblings = children_[parent];
      if (siblings.empty() && !parent.empty() && !hops_.contains(parent)) roots.push_back(parent);
      siblings.push_back(hop.report->name);
    }
    for (const std::string& name : children_[""]) roots.push_back(name);
    for (const std::string& root : roots) Place(root, 0, -1);
    for (const HopFacts& hop : facts.hops) {
      if (!placed_.contains(hop.report->name)) Place(hop.report->name, 0, -1);
    }
  }

  const std::vector<Card>& cards() const { return cards_; }
  size_t levels() const { return levels_; }
  double rows() const { return rows_; }

 private:
  int Add(Card card, size_t level, int parent) {
    card.level = level;
    card.parent = parent;
    card.line = cards_.size();
    levels_ = std::max(levels_, level + 1);
    cards_.push_back(std::move(card));
    return static_cast<int>(cards_.size()) - 1;
  }

  void Place(const std::string& name, size_t level, int parent) {
    if (!placed_.insert(name).second) return;
    const auto hop = hops_.find(name);
    const int index =
        Add(hop != hops_.end() ? CardOf(*hop->second) : Card{.name = ShortName(name, 24), .title = Name(name)}, level,
            parent);
    std::vector<std::string> children;
    for (const std::string& child : children_[name]) {
      if (!placed_.contains(child)) children.push_back(child);
    }
    std::map<std::string, std::vector<const HopFacts*>> alike;
    for (const std::string& child : children) {
      if (!children_.contains(child)) alike[hops_.at(child)->state].push_back(hops_.at(child));
    }
    const double first = rows_;
    for (const std::string& child : children) {
      const auto group = children_.contains(child) ? alike.end() : alike.find(hops_.at(child)->state);
      if (group == alike.end() || group->second.size() < kGrouped) {
        Place(child, level + 1, index);
      } else if (placed_.insert(child).second) {
        for (const HopFacts* one : group->second) placed_.insert(one->report->name);
        cards_[static_cast<size_t>(Add(GroupOf(group->second), level + 1, index))].row = rows_++;
      }
    }
    // A leaf takes a row; who has children stands in the middle of theirs.
    if (rows_ == first) ++rows_;
    cards_[static_cast<size_t>(index)].row = (first + rows_ - 1) / 2;
  }

  std::map<std::string, const HopFacts*> hops_;
  std::map<std::string, std::vector<std::string>> children_;
  std::set<std::string> placed_;
  std::vector<Card> cards_;
  size_t levels_ = 0;
  double rows_ = 0;
};

std::string TextAt(double x, double y, absl::string_view style, absl::string_view text, bool right = false) {
  return absl::StrCat("<text x=\"", Coordinate(x), "\" y=\"", Coordinate(y), "\" class=\"", style,
                      right ? " right" : "", "\">", text, "</text>");
}

constexpr double kWidth = 226, kHeight = 72, kSourceHeight = 48;

double HeightOf(const Card& card) { return card.kind == "source" ? kSourceHeight : kHeight; }

std::string CardMarkup(const Card& card, double x, double y) {
  const double left = x + 14, right = x + kWidth - 14, top = y + (kHeight - HeightOf(card)) / 2;
  std::string text = absl::StrCat("<g class=\"card ", card.kind, "\"><title>", card.title, ": ", card.state,
                                  "</title><rect x=\"", Coordinate(x), "\" y=\"", Coordinate(top), "\" width=\"",
                                  Coordinate(kWidth), "\" height=\"", Coordinate(HeightOf(card)), "\" rx=\"7\"/>");
  if (card.kind == "source")
    return absl::StrCat(text, TextAt(left, top + 21, "name", card.name), TextAt(left, top + 37, "quiet", "source"),
                        "</g>\n");
  absl::StrAppend(&text, TextAt(left, y + 23, "name", card.name), "<use href=\"#mark-", card.kind, "\" x=\"",
                  Coordinate(left), "\" y=\"", Coordinate(y + 31), "\" width=\"12\" height=\"12\"/>",
                  TextAt(left + 17, y + 42, "state", card.state), TextAt(right, y + 42, "number", card.took, true),
                  TextAt(left, y + 60, "number quiet", card.bytes),
                  TextAt(right, y + 60, "number quiet", card.rate, true), "</g>\n");
  return text;
}

std::string Svg(absl::string_view style, double width, double height, absl::string_view inside) {
  return absl::StrCat("<svg class=\"cascade ", style, "\" role=\"img\" aria-label=\"The cascade as a tree\" width=\"",
                      Coordinate(width), "\" height=\"", Coordinate(height), "\" viewBox=\"0 0 ", Coordinate(width),
                      " ", Coordinate(height), "\">\n", inside, "</svg>\n");
}

std::string LeftToRight(const Tree& tree) {
  constexpr double kGapX = 48, kGapY = 14;
  const auto x = [](const Card& card) { return 1 + static_cast<double>(card.level) * (kWidth + kGapX); };
  const auto y = [](const Card& card) { return 1 + card.row * (kHeight + kGapY); };
  std::string lines, cards;
  for (const Card& card : tree.cards()) {
    cards += CardMarkup(card, x(card), y(card));
    if (card.parent < 0) continue;
    const Card& parent = tree.cards()[static_cast<size_t>(card.parent)];
    const double from_x = x(parent) + kWidth, from_y = y(parent) + kHeight / 2, to_x = x(card),
                 to_y = y(card) + kHeight / 2, bend = from_x + kGapX / 2;
    absl::StrAppend(&lines, "<path class=\"edge ", card.kind, "\" d=\"M", Coordinate(from_x), " ", Coordinate(from_y),
                    "C", Coordinate(bend), " ", Coordinate(from_y), " ", Coordinate(bend), " ", Coordinate(to_y), " ",
                    Coordinate(to_x), " ", Coordinate(to_y), "\"/>\n");
  }
  return Svg("wide", 2 + static_cast<double>(tree.levels()) * (kWidth + kGapX) - kGapX,
             2 + tree.rows() * (kHeight + kGapY) - kGapY, lines + cards);
}

std::string TopToBottom(const Tree& tree) {
  constexpr double kStep = 22, kGapY = 10;
  std::vector<double> tops;
  double height = 1;
  for (const Card& card : tree.cards()) {
    tops.push_back(height);
    height += HeightOf(card) + kGapY;
  }
  std::string lines, cards;
  for (const Card& card : tree.cards()) {
    const double x = 1 + static_cast<double>(card.level) * kStep, top = tops[card.line];
    cards += CardMarkup(card, x, top - (kHeight - HeightOf(card)) / 2);
    if (card.parent < 0) continue;
    const Card& parent = tree.cards()[static_cast<size_t>(card.parent)];
    const double down = x - kStep / 2, from = tops[parent.line] + HeightOf(parent), to = top + HeightOf(card) / 2;
    absl::StrAppend(&lines, "<path class=\"edge ", card.kind, "\" d=\"M", Coordinate(down), " ", Coordinate(from), "V",
                    Coordinate(to), "H", Coordinate(x), "\"/>\n");
  }
  return Svg("narrow", 2 + static_cast<double>(tree.levels() - 1) * kStep + kWidth, height - kGapY + 1, lines + cards);
}

}  // namespace

std::string CascadeFigure(const RunFacts& facts) {
  if (facts.hops.empty()) return "";
  const Tree tree(facts);
  return absl::StrCat(
      "<section aria-labelledby=\"cascade\">\n<h2 id=\"cascade\">Cascade</h2>\n<div class=\"scroll\">\n",
      LeftToRight(tree), TopToBottom(tree), "</div>\n</section>\n");
}

}  // namespace sshsync::page
