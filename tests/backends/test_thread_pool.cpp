#include <atomic>
#include <memory>
#include <vector>

#include <doctest/doctest.h>

#include <heed/backends/thread_pool.h>

using namespace heed;

TEST_CASE("every piece is done exactly once, by a worker of the pool, and no worker does two at once") {
  for (int threads = 1; threads <= 7; ++threads) {
    ThreadPool pool(threads);
    REQUIRE(pool.threads() == threads);
    for (const std::int64_t pieces : {0, 1, 2, 5, 64, 1000}) {
      std::vector<std::atomic<int>> done(static_cast<std::size_t>(pieces));
      std::vector<std::atomic<int>> inside(static_cast<std::size_t>(threads));
      std::atomic<int> wrong{0};
      pool.run(pieces, [&](std::int64_t piece, int worker) {
        if (worker < 0 || worker >= threads) {
          ++wrong;
          return;
        }
        const auto w = static_cast<std::size_t>(worker);
        if (inside[w].fetch_add(1) != 0) ++wrong;
        ++done[static_cast<std::size_t>(piece)];
        inside[w].fetch_sub(1);
      });
      CHECK(wrong == 0);
      for (const auto& count : done) CHECK(count == 1);
    }
  }
}

TEST_CASE("what the workers wrote is seen when a round returns, over thousands of tiny rounds") {
  for (const int threads : {2, 3, 7}) {
    ThreadPool pool(threads);
    std::vector<int> values(static_cast<std::size_t>(threads), 0);
    constexpr int rounds = 3000;
    for (int round = 0; round < rounds; ++round) {
      pool.run(threads, [&](std::int64_t piece, int) { ++values[static_cast<std::size_t>(piece)]; });
    }
    for (const int value : values) CHECK(value == rounds);
  }
}

TEST_CASE("rounds of different bodies and sizes follow each other") {
  ThreadPool pool(3);
  std::int64_t expected = 0;
  std::atomic<std::int64_t> total{0};
  for (int round = 0; round < 500; ++round) {
    const std::int64_t pieces = round % 9;
    pool.run(pieces, [&](std::int64_t piece, int) { total += piece; });
    pool.run(2, [&](std::int64_t, int) { total += round; });
    expected += pieces * (pieces - 1) / 2 + 2 * round;
  }
  CHECK(total == expected);
}

TEST_CASE("pools come and go, whether they worked or not") {
  for (int i = 0; i < 50; ++i) {
    ThreadPool pool(1 + i % 4);
    if (i % 2 == 0) pool.run(3, [](std::int64_t, int) {});
  }
}
