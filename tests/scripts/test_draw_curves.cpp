// scripts/draw-curves: from logs of runs, and from scores by length, to a picture with a curve for each.
#include <string>

#include "../examples/program.h"
#include <doctest/doctest.h>

namespace {

Outcome draw(const std::string& flags) {
  return run_command(std::string(HEED_SOURCE_DIR) + "/scripts/draw-curves " + flags);
}

void check_parts(const std::string& picture, std::initializer_list<const char*> parts) {
  for (const char* part : parts) {
    CAPTURE(part);
    CHECK(picture.find(part) != std::string::npos);
  }
}

}  // namespace

TEST_CASE("a run's log becomes a curve that ends at its last measure") {
  Directory folder;
  const std::string log = folder.file("log.jsonl", R"({"step": 10, "perplexity": 8.5, "bleu": 1}
{"step": 20, "perplexity": 4.25, "bleu": 30.5})");
  const std::string out = folder / "out.svg";
  REQUIRE(draw(out + " mine=" + log).status == 0);
  check_parts(content(out),
              {"<svg", "validation perplexity", ">mine  4.25<", "<polyline", ">step<", "</svg>"});
  REQUIRE(draw(out + " mine=" + log + " --measure bleu --title 'Two runs'").status == 0);
  check_parts(content(out), {"Two runs", ">mine  30.50<"});
}

TEST_CASE("scores by length become a curve over the words of the source") {
  Directory folder;
  const std::string score = folder.file("score.json", R"({"bleu": 20, "by_length": [
    {"mean_length": 4.5, "bleu": 30}, {"mean_length": 12, "bleu": 12.5}]})");
  const std::string out = folder / "out.svg";
  REQUIRE(draw(out + " a=" + score + " b=" + score + " --by-length").status == 0);
  check_parts(content(out), {">words of the source<", ">a  12.50<", ">b  12.50<"});
}

TEST_CASE("what holds no curve is refused") {
  Directory folder;
  const std::string out = folder / "out.svg";
  const auto refuses = [&](const std::string& flags, const std::string& expected) {
    const Outcome outcome = draw(out + " " + flags);
    CAPTURE(outcome.output);
    CHECK(outcome.status != 0);
    CHECK(outcome.output.find(expected) != std::string::npos);
    CHECK_FALSE(std::filesystem::exists(out));
  };
  const std::string log = folder.file("log.jsonl", R"({"step": 10, "perplexity": 8.5})");
  refuses("mine=/nowhere", "/nowhere does not exist");
  refuses("mine", "mine names no run: write LABEL=RUN");
  refuses("mine=" + log + " --measure bleu", "holds no bleu");
  refuses("mine=" + log + " --by-length", "holds no scores by length");
}
