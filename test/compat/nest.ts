import "reflect-metadata";

export { Controller, type INestApplication, Module, Post, Req, Res } from "@nestjs/common";
export { NestFactory } from "@nestjs/core";
