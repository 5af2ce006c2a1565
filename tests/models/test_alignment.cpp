// Word alignments as text, and their error rate.
#include <string>
#include <vector>

#include "../message_of.h"
#include <doctest/doctest.h>

#include <heed/models/text/alignment.h>

using namespace heed;
using heed::test::message_of;

TEST_CASE("an alignment is written by target word") {
  CHECK(to_pharaoh({{2, 0}, {0, 1}}) == "2-0 0-1");
  CHECK(to_pharaoh({}).empty());
}

TEST_CASE("alignments by hand are read, and what is none is named") {
  const GoldAlignment gold = parse_alignment("0-0  1?2 10-3");
  CHECK(gold.sure == Alignment{{0, 0}, {10, 3}});
  CHECK(gold.possible == Alignment{{0, 0}, {1, 2}, {10, 3}});
  CHECK(parse_alignment("").possible.empty());
  for (const std::string link : {"0", "-", "0-", "-0", "0-x", "0:1", "1-2-3", "0--1"}) {
    CAPTURE(link);
    CHECK(message_of([&] { parse_alignment("0-0 " + link); }) ==
          "\"" + link + "\" is no link of an alignment: links are like 0-0, or 0?0 if only possible");
  }
}

TEST_CASE("the alignment error rate is that of Och and Ney") {
  const std::vector<Alignment> found{{{0, 0}, {1, 1}, {2, 2}}};
  const auto rate = [&](const std::string& gold) {
    return alignment_error_rate(found, std::vector{parse_alignment(gold)});
  };
  CHECK(rate("0-0 1-1 2-2") == 0);
  CHECK(rate("0-1 1-2") == 1);
  CHECK(rate("0-0 1?1") == doctest::Approx(1 - (1 + 2) / 4.0));
  CHECK(alignment_error_rate({}, {}) == 0);
  CHECK(message_of([&] { alignment_error_rate(found, {}); }) ==
        "1 sentences have 0 gold alignments: one belongs to each");
}
