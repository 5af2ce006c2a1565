#include <cmath>

#include <doctest/doctest.h>

#include <heed/models/decoding/hypotheses.h>
#include <heed/models/text/vocabulary.h>

using namespace heed;

namespace {

using Words = std::vector<std::int32_t>;

}  // namespace

TEST_CASE("the length penalty is that of GNMT") {
  CHECK(length_penalty(1, 0.6) == 1.0);
  CHECK(length_penalty(7, 0.6) == doctest::Approx(std::pow(2.0, 0.6)));
  CHECK(length_penalty(20, 0) == 1.0);
}

TEST_CASE("a beam of one takes the best word until it is the end") {
  Beam beam({.width = 1, .length_penalty = 0, .longest = 10});
  CHECK(beam.alive()[0].word == start_id);
  beam.advance(std::vector<Beam::Continuation>{{0, 7, -0.5}});
  CHECK_FALSE(beam.finished());
  beam.advance(std::vector<Beam::Continuation>{{0, end_id, -0.25}});
  CHECK(beam.finished());
  const Hypothesis best = beam.best(1)[0];
  CHECK(best.words == Words{7});
  CHECK(best.ended);
  CHECK(best.log_probability == -0.75);
}

TEST_CASE("a hypothesis that ends leaves its place to the next best") {
  Beam beam({.width = 2, .length_penalty = 0, .longest = 10});
  beam.advance(std::vector<Beam::Continuation>{{0, end_id, -1}, {0, 5, -2}, {0, 6, -3}, {0, 7, -4}});
  REQUIRE(beam.alive().size() == 2);
  CHECK(beam.alive()[0].word == 5);
  CHECK(beam.alive()[1].word == 6);
  CHECK_FALSE(beam.finished());  // one has ended, but two are wanted
  beam.advance(std::vector<Beam::Continuation>{{0, 8, -9},
                                               {0, 9, -9.5},
                                               {0, 4, -10},
                                               {0, 10, -11},
                                               {1, end_id, -0.5},
                                               {1, 8, -7},
                                               {1, 9, -8},
                                               {1, 4, -9}});
  // -1 and -3.5 have ended; the best alive one stands at -10.
  CHECK(beam.finished());
  const std::vector<Hypothesis> best = beam.best(2);
  CHECK(best[0].words.empty());
  CHECK(best[1].words == Words{6});
  CHECK(best[1].log_probability == -3.5);
}

TEST_CASE("of equal continuations the lower hypothesis, then the lower word comes first") {
  Beam beam({.width = 2, .length_penalty = 0, .longest = 10});
  beam.advance(std::vector<Beam::Continuation>{{0, 9, -1}, {0, 5, -1}, {0, 7, -1}, {0, 8, -1}});
  CHECK(beam.alive()[0].word == 5);
  CHECK(beam.alive()[1].word == 7);
  beam.advance(std::vector<Beam::Continuation>{{1, 4, -1}, {1, 5, -2}, {0, 6, -1}, {0, 5, -1}});
  CHECK(beam.alive()[0].parent == 0);
  CHECK(beam.alive()[0].word == 5);
  CHECK(beam.alive()[1].word == 6);
}

TEST_CASE("the length penalty lets a longer hypothesis overtake a shorter one") {
  const auto search = [](double alpha) {
    Beam beam({.width = 2, .length_penalty = alpha, .longest = 4});
    beam.advance(std::vector<Beam::Continuation>{{0, end_id, -1.0}, {0, 5, -0.4}, {0, 6, -9}, {0, 7, -9}});
    for (int i = 0; i < 2 && !beam.finished(); ++i) {
      beam.advance(std::vector<Beam::Continuation>{
          {0, 5, -0.3}, {0, 6, -9}, {0, 7, -9}, {0, 8, -9}, {1, 5, -9}, {1, 6, -9}, {1, 7, -9}, {1, 8, -9}});
    }
    if (!beam.finished()) beam.advance(std::vector<Beam::Continuation>{{0, end_id, -0.1}, {1, end_id, -9}});
    return beam.best(1)[0];
  };
  CHECK(search(0).words.empty());  // -1.0 against -1.1
  CHECK(search(1).words == Words{5, 5, 5});
}

TEST_CASE("what does not end is cut, and comes after what ended") {
  Beam beam({.width = 2, .length_penalty = 0, .longest = 2});
  beam.advance(std::vector<Beam::Continuation>{{0, 5, -1}, {0, end_id, -5}, {0, 6, -7}, {0, 7, -8}});
  beam.advance(std::vector<Beam::Continuation>{{0, 5, -1}, {0, 6, -2}, {0, 7, -3}, {1, 8, -4}});
  CHECK(beam.finished());
  const std::vector<Hypothesis> best = beam.best(2);
  CHECK(best[0].ended);
  CHECK(best[0].words.empty());
  CHECK_FALSE(best[1].ended);
  CHECK(best[1].words == Words{5, 5});
}

TEST_CASE("a prefix is what the next words must be") {
  Beam beam({.width = 3, .length_penalty = 0, .longest = 9, .prefix = {6, 8}});
  CHECK(beam.forced() == 6);
  beam.advance(std::vector<Beam::Continuation>{{0, 6, -2}});
  CHECK(beam.forced() == 8);
  beam.advance(std::vector<Beam::Continuation>{{0, 8, -3}});
  CHECK(beam.forced() == -1);
  CHECK(beam.best(1)[0].words == Words{6, 8});
}

TEST_CASE("weights follow the hypothesis they belong to") {
  Beam beam({.width = 2, .length_penalty = 0, .longest = 9});
  beam.advance(std::vector<Beam::Continuation>{{0, 5, -1}, {0, 6, -2}, {0, 7, -3}, {0, 8, -3}},
               std::vector<std::vector<float>>{{0.5f, 0.5f}});
  beam.advance(std::vector<Beam::Continuation>{{1, 5, -0.1}, {0, 6, -4}, {0, 7, -9}, {0, 8, -9}},
               std::vector<std::vector<float>>{{1.0f, 0.0f}, {0.25f, 0.75f}});
  const Hypothesis best = beam.best(1)[0];
  CHECK(best.words == Words{6, 5});
  REQUIRE(best.weights.size() == 2);
  CHECK(best.weights[0] == std::vector<float>{0.5f, 0.5f});
  CHECK(best.weights[1] == std::vector<float>{0.25f, 0.75f});
}
