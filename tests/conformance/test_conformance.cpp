// That conformance finds what is wrong with a backend that is.
#include "../message_of.h"
#include "conformance.h"
#include <doctest/doctest.h>

#include <heed/backends/backend_library.h>
#include <heed/backends/host/host_backend.h>
#include <heed/backends/reference/kernels.h>
#include <heed/ops/matmul.h>
#include <heed/ops/reverse.h>
#include <heed/ops/topk.h>

using namespace heed;
using heed::test::message_of;

namespace {

// The reference's kernels, but for some that are spoilt.
std::shared_ptr<Backend> backend_of(host::KernelTable& table) {
  const auto backend = std::make_shared<host::HostBackend>("spoilt", table, 1);
  backend->arena(1 << 20);  // so large that what is written beside a result stays inside
  return backend;
}

std::string fault_of(const ConformanceReport& report, const std::string& check) {
  for (const auto& [name, fault] : report.checks)
    if (name.find(check) != std::string::npos) return fault;
  return "there is no such check";
}

const host::KernelTable& good() {
  return reference::kernels();
}

host::Kernel spoilt_reverse(const Reverse& op, const host::KernelRequest& request) {
  host::Kernel kernel = good().find(op)->make(op, request);
  const std::int64_t elements = request.outputs[0].type.shape.elements();
  kernel.run = [run = kernel.run, elements](const host::KernelCall& call) {
    run(call);
    if (elements > 1) call.output<float>(0)[1] += 1;
  };
  return kernel;
}

// Right, but for four bytes behind small results: the arena goes on there, so that nothing else is spoilt.
host::Kernel overflowing_matmul(const Matmul& op, const host::KernelRequest& request) {
  host::Kernel kernel = good().find(op)->make(op, request);
  const std::int64_t elements = request.outputs[0].type.shape.elements();
  kernel.run = [run = kernel.run, elements](const host::KernelCall& call) {
    run(call);
    if (elements < 4096) call.output<float>(0)[elements] = 1;
  };
  return kernel;
}

}  // namespace

TEST_CASE("a wrong kernel is named, with how far it is off") {
  host::KernelTable table = good();
  table.add<Reverse>(spoilt_reverse);
  const ConformanceReport report =
      check_conformance(backend_of(table), {.random_graphs = 1, .training_steps = 1});
  CHECK_FALSE(report.passed());
  CHECK(report.ops.at("reverse").wrong > 0);
  CHECK(report.ops.at("reverse").worst_ulps > 1e6);
  CHECK(report.ops.at("exp").wrong == 0);
  CHECK(to_text(report).find("does not conform") != std::string::npos);
}

TEST_CASE("a kernel that writes beside its result is found") {
  host::KernelTable table = good();
  table.add<Matmul>(overflowing_matmul, {.strided_inputs = all_inputs});
  const ConformanceReport report =
      check_conformance(backend_of(table), {.random_graphs = 40, .training_steps = 1});
  CHECK(fault_of(report, "memory").find("was written, which belongs to no result") != std::string::npos);
}

TEST_CASE("a kernel that is missing is told from one that is wrong") {
  host::KernelTable table = good();
  table.add<TopK>(
      [](const TopK& op, const host::KernelRequest& request) { return good().find(op)->make(op, request); },
      {.accepts = [](const Op&, Types, Types) { return false; }});
  const ConformanceReport report =
      check_conformance(backend_of(table), {.random_graphs = 1, .training_steps = 1});
  CHECK(report.ops.at("top_k").missing > 0);
  CHECK(report.ops.at("top_k").wrong == 0);
  CHECK_FALSE(report.passed());
}

TEST_CASE("a library that is none, or no backend's, is an error that says so") {
  CHECK(message_of([] {
          open_backend_library("/nowhere/mine.so");
        }).find("the backend library /nowhere/mine.so cannot be opened") == 0);
  const std::string own = std::string(HEED_BIN_DIR) + "/../lib/libheed.so";
  CHECK(message_of([&] {
          open_backend_library(own);
        }).find("is no backend library: it does not define heed_backend_interface()") != std::string::npos);
}
