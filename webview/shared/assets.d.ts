/** Style sheets are taken out of the script by esbuild. */
declare module '*.css' {}
