// Backends that lack something, for graphs on several.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include <heed/backends/backend.h>

namespace heed::test {

// A backend, the reference one if no other is named, under another name and without what `lacks` says of an
// op.
class Crippled final : public Backend {
 public:
  using Lacks = std::function<bool(const Op& op)>;
  Crippled(std::string name, Lacks lacks, const std::string& whole = "reference")
      : name_(std::move(name)), lacks_(std::move(lacks)), whole_(open_backend(whole)) {}

  std::string name() const override { return name_; }
  std::string description() const override { return "some of " + whole_->description(); }
  bool claims(const Op& op, Types inputs, Types outputs) const override {
    return !lacks_(op) && whole_->claims(op, inputs, outputs);
  }
  bool takes_strides(const Op& op, std::size_t index) const override {
    return whole_->takes_strides(op, index);
  }
  std::unique_ptr<Program> compile(const Plan& plan) override {
    for (const Step& step : plan.steps) {
      if (lacks_(*step.op)) throw InternalError(name_ + " was given " + std::string(step.op->name()));
    }
    return whole_->compile(plan);
  }
  std::unique_ptr<Memory> allocate(std::int64_t bytes) override { return whole_->allocate(bytes); }
  std::int64_t memory_limit() const override { return whole_->memory_limit(); }
  void write(Memory& to, std::int64_t offset, std::span<const std::byte> bytes) override {
    whole_->write(to, offset, bytes);
  }
  void read(const Memory& from, std::int64_t offset, std::span<std::byte> bytes) override {
    whole_->read(from, offset, bytes);
  }

 private:
  std::string name_;
  Lacks lacks_;
  std::shared_ptr<Backend> whole_;
};

}  // namespace heed::test
