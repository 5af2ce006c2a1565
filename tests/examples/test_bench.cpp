#include <cstdio>
#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace {

// What a command of heed-bench prints with --json.
nlohmann::json measured(const std::string& command) {
  std::string output(100000, '\0');
  std::FILE* pipe = ::popen(fmt::format("{}/heed-bench {} --json", HEED_BIN_DIR, command).c_str(), "r");
  output.resize(std::fread(output.data(), 1, output.size(), pipe));
  CHECK(::pclose(pipe) == 0);
  return nlohmann::json::parse(output);
}

}  // namespace

TEST_CASE("the training benchmark prints what it measured as JSON") {
  const auto result =
      measured("train --preset micro --batch 2 --src 6 --tgt 5 --vocab 50 --steps 3 --precision f32");
  CHECK(result.at("preset") == "micro");
  const double tokens = 2 * (6 + 5);
  CHECK(result.at("tokens_per_s").get<double>() ==
        doctest::Approx(tokens / (result.at("median_ms").get<double>() / 1e3)).epsilon(1e-9));
  CHECK(result.at("best_tokens_per_s").get<double>() >= result.at("tokens_per_s").get<double>());
  CHECK(result.at("loss").get<double>() > 0);
  double shares = 0;
  for (const auto& share : result.at("time_shares")) shares += share.get<double>();
  CHECK(shares == doctest::Approx(1));
  if (!result.contains("gemm_peak_gflops")) return;  // built without oneDNN
  CHECK(result.at("efficiency").get<double>() * result.at("gemm_peak_gflops").get<double>() ==
        doctest::Approx(result.at("gflops").get<double>()));
}

TEST_CASE("a training step with bf16 products loses about what one with f32 does") {
  const std::string step = "train --preset micro --batch 2 --src 6 --tgt 5 --vocab 50 --steps 3";
  const auto wide = measured(step), narrow = measured(step + " --precision bf16");
  CHECK(narrow.at("precision") == "bf16");
  const double loss = wide.at("loss").get<double>();
  CHECK(narrow.at("loss").get<double>() == doctest::Approx(loss).epsilon(1e-2));
  CHECK(narrow.at("loss").get<double>() != loss);
}

TEST_CASE("the benchmark of ops times every kind of step") {
  const auto result =
      measured("ops --preset micro --batch 2 --length 5 --vocab 50 --square 9 --repetitions 2");
  REQUIRE(result.at("ops").size() > 20);
  CHECK(result.at("ops").back().at("name") == "square product");
  for (const auto& row : result.at("ops")) {
    CAPTURE(row.at("name").get<std::string>());
    CHECK(row.at("median_us").get<double>() >= row.at("best_us").get<double>());
    CHECK(row.at("best_us").get<double>() > 0);
    CHECK(row.at("steps").get<int>() >= 1);
  }
}

TEST_CASE("the decoding benchmark translates every sentence into as many words as asked for") {
  for (const char* of : {"--beam 1", "--beam 3", "--beam 3 --model bahdanau", "--beam 3 --model luong"}) {
    CAPTURE(of);
    const auto result = measured(
        fmt::format("decode --preset micro --batch 3 --src 5 --tgt 9 --vocab 50 --repetitions 2 {}", of));
    CHECK(result.at("words") == 3 * 9);
    CHECK(result.at("sentences_per_s").get<double>() ==
          doctest::Approx(3 / (result.at("median_ms").get<double>() / 1e3)).epsilon(1e-9));
  }
}

TEST_CASE("the compile benchmark says what graphs of each size cost") {
  const auto result = measured("compile --nodes 100 400 --repetitions 1");
  REQUIRE(result.size() == 2);
  CHECK(result[1].at("nodes").get<int>() > 3 * result[0].at("nodes").get<int>());
  CHECK(result[1].at("steps").get<int>() > result[0].at("steps").get<int>());
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // their malloc keeps no count
  CHECK(result[1].at("mib").get<double>() > 0);
#endif
}
