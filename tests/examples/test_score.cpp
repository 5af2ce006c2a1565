// heed-translate score, as a user would run it.
#include <string>

#include "program.h"
#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

namespace {

const std::string hypotheses = "The dog bit the man.\nIt wasn't surprising.\nThe man had just bitten him.\n";
const std::string references_a = "The dog bit the man.\nIt was not unexpected.\nThe man bit him first.\n";
const std::string references_b =
    "The dog had bit the man.\nNo one was surprised.\nThe man had bitten the dog.\n";

struct Files : Directory {
  Outcome score(const std::string& text, const std::string& arguments) const {
    return run("score " + arguments + " < " + file("hypotheses", text));
  }
  std::string a = " --ref " + file("a.txt", references_a);
  std::string b = " --ref " + file("b.txt", references_b);
};

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a score is printed with its parts and its signature") {
  const Files files;
  const Outcome both = files.score(hypotheses, files.a + files.b);
  CAPTURE(both.output);
  CHECK(both.status == 0);
  CHECK(
      both.output.starts_with("bleu 48.53  (82.4/50.0/45.5/37.5, BP 0.943, 17/18)\n"
                              "nrefs:2|case:mixed|eff:no|tok:13a|smooth:exp|version:heed-"));
  CHECK(files.score(hypotheses, files.a).output.starts_with("bleu 45.07  ("));
  CHECK(files.score(hypotheses, files.a + files.b + " --tokenize none").output.starts_with("bleu 49.19  ("));
}

TEST_CASE("lines may end as they do on Windows") {
  const Files files;
  const std::string windows = "The dog bit the man.\r\nIt wasn't surprising.\r\nThe man had just bitten him.";
  CHECK(files.score(windows, files.a).output.starts_with("bleu 45.07  ("));
}

TEST_CASE("case and smoothing are put aside when asked") {
  const Files files;
  const std::string reference = " --ref " + files.file("bike.txt", "A man is riding a bike .\n");
  const std::string loud = "A MAN RIDES A BIKE .\n";
  CHECK(files.score(loud, reference + " --lowercase").output.starts_with("bleu 32.16  ("));
  const Outcome outcome = files.score(loud, reference + " --lowercase --smooth none");
  CHECK(outcome.output.starts_with("bleu 0.00  ("));
  CHECK(contains(outcome.output, "case:lc|eff:no|tok:13a|smooth:none"));
}

TEST_CASE("a score is printed as JSON with every digit") {
  const Files files;
  const Outcome outcome = files.score(hypotheses, files.a + files.b + " --json");
  CAPTURE(outcome.output);
  REQUIRE(outcome.status == 0);
  const nlohmann::json json = nlohmann::json::parse(outcome.output);
  CHECK(json.at("bleu").get<double>() == doctest::Approx(48.530827).epsilon(1e-8));
  CHECK(json.at("precisions").size() == 4);
  CHECK(json.at("precisions").at(1).get<double>() == 50);
  CHECK(json.at("brevity_penalty").get<double>() == doctest::Approx(0.942873).epsilon(1e-6));
  CHECK(json.at("hypothesis_length") == 17);
  CHECK(json.at("reference_length") == 18);
  CHECK(contains(json.at("signature").get<std::string>(), "nrefs:2|"));
}

TEST_CASE("a score is told by the length of the source when asked") {
  const Files files;
  const std::string by_length =
      files.a + " --by-length " + files.file("source.txt", "a b c\na b c d e f\na b c\n");
  const Outcome outcome = files.score(hypotheses, by_length);
  CAPTURE(outcome.output);
  CHECK(outcome.status == 0);
  CHECK(contains(outcome.output, "\n    1 to 5            2  "));
  CHECK(contains(outcome.output, "\n    6 to 10           1  "));
  CHECK(contains(files.score(hypotheses, by_length + " --width 3 --json").output, "\"mean_length\": 6.0"));
  CHECK(files.score(hypotheses, files.a + " --width 3").status == 2);
  CHECK(files.score(hypotheses, files.a + " --by-length /nowhere").status == 1);
}

TEST_CASE("what cannot be scored is refused with one message") {
  const Files files;
  const auto refuses = [&](const std::string& text, const std::string& arguments, const std::string& expected,
                           int status = 1) {
    const Outcome outcome = files.score(text, arguments);
    CAPTURE(outcome.output);
    CHECK(outcome.status == status);
    CHECK(contains(outcome.output, expected));
  };
  refuses("one\ntwo\n", files.a, "standard input has 2 lines but ");
  refuses("one\ntwo\n", files.a, "a.txt has 3: line i of one");
  refuses("", files.a, "standard input is empty");
  refuses("a\nb\ngr\xFCn\n", files.a, "standard input, line 3: byte 3 (0xfc) is not valid UTF-8");
  refuses(hypotheses, " --ref " + files.file("bad.txt", "a\n\xFF\nc\n"), "bad.txt, line 2: byte 1 (0xff)");
  refuses(hypotheses, " --ref " + files / "missing.txt", "missing.txt: there is no such file");
  refuses(hypotheses, "", "--ref is required", 2);
  refuses(hypotheses, files.a + " --tokenize intl", "--tokenize", 2);
  refuses(hypotheses, files.a + " --smooth much", "--smooth", 2);
}

TEST_CASE("a score that cannot be written is no success") {
  const Files files;
  const std::string errors = files / "errors";
  const Outcome outcome =
      run("score" + files.a + " < " + files.file("hypotheses", hypotheses) + " > /dev/full 2> " + errors +
          "; status=$?; cat " + errors + "; (exit $status)");
  CHECK(outcome.status == 1);
  CHECK(contains(outcome.output, "cannot write to standard output"));
}
